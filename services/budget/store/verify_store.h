// Reads the whole ledger for its verification, page by page. Runs in the caller's transactions;
// locks nothing. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/budget/domain/journal.h"
#include "services/budget/store/line_store.h"

namespace fiscus::budget::store {

// A line as it stood at one moment, with the records beside its journal at the same moment.
struct LineToVerify {
  Line line;
  LineRecords records;
  int64_t last_entry = 0;  // greatest version in the journal
};

// Money that left lines and money that arrived, in one currency; decimal text.
struct PairSums {
  std::string currency;
  std::string transferred_out;
  std::string transferred_in;
  std::string allotted_down;
  std::string allotted_in;
};

// At most `limit` lines after `after_line_id` (empty: from the first), by id.
absl::StatusOr<std::vector<LineToVerify>> LinesToVerify(pg::Tx& tx,
                                                        const std::string& after_line_id,
                                                        int limit);
// At most `limit` entries of the lines after (after_line_id, after_version) up to `last_line_id`,
// in journal order.
absl::StatusOr<std::vector<Entry>> EntriesToVerify(pg::Tx& tx, const std::string& after_line_id,
                                                   int64_t after_version,
                                                   const std::string& last_line_id, int limit);
absl::StatusOr<std::vector<PairSums>> SumPairs(pg::Tx& tx);
// Lines that the journal names and that do not exist; at most `limit`.
absl::StatusOr<std::vector<std::string>> OrphanLines(pg::Tx& tx, int limit);

}  // namespace fiscus::budget::store
