// Reads of lines, journal, reservations and totals. Runs in the caller's transaction; locks
// nothing. Thread-safe (no state).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/budget/domain/line.h"

namespace fiscus::budget {

// An entry with what the journal knows beyond the double entry.
struct StoredEntry {
  Entry entry;
  absl::Time recorded_at;
  std::string request_id;
  std::string actor;
};

// Which lines a list or total is about.
struct LineFilter {
  std::vector<std::string> scopes;  // unit paths that the caller may see; empty: nothing
  std::string under_path;           // empty: all of them
  std::string project_id;           // empty: any; not for totals
  int32_t fiscal_year = 0;          // 0: any
};

// Sum over the lines of one unit, currency and mode; figures are decimal text, since sums may leave
// 64 bits.
struct UnitSum {
  std::string unit_path;
  std::string currency;
  LineMode mode = LineMode::kControlled;
  int64_t lines = 0;
  std::vector<std::string> buckets;  // in the order of Balances
};

namespace store {

// nullopt: there is none.
absl::StatusOr<std::optional<Line>> FindLine(pg::Tx& tx, const std::string& line_id);
absl::StatusOr<std::optional<Reservation>> FindReservation(pg::Tx& tx,
                                                           const std::string& reservation_id);
// Nothing open if there is none.
absl::StatusOr<Encumbrance> FindEncumbrance(pg::Tx& tx, const std::string& line_id,
                                            const std::string& contract_id);
// At most `limit` lines after `after_line_id` (empty: from the first), by id.
absl::StatusOr<std::vector<Line>> ListLines(pg::Tx& tx, const LineFilter& filter,
                                            const std::string& after_line_id, int limit);
// At most `limit` entries after `after_version`, oldest first.
absl::StatusOr<std::vector<StoredEntry>> ListEntries(pg::Tx& tx, const std::string& line_id,
                                                     int64_t after_version, int limit);
// By unit path, currency and mode.
absl::StatusOr<std::vector<UnitSum>> SumByUnit(pg::Tx& tx, const LineFilter& filter);
// Unit paths by id; ids that do not exist are missing from the answer.
absl::StatusOr<std::map<std::string, std::string>> UnitsOfLines(
    pg::Tx& tx, const std::vector<std::string>& line_ids);
absl::StatusOr<std::map<std::string, std::string>> UnitsOfReservations(
    pg::Tx& tx, const std::vector<std::string>& reservation_ids);
// Replaces the twelve months of a line's plan. The caller has locked the line.
absl::Status SaveFundPlan(pg::Tx& tx, const std::string& line_id,
                          const std::vector<int64_t>& monthly, absl::CivilDay effective_date);

}  // namespace store
}  // namespace fiscus::budget
