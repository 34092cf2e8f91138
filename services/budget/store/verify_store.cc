#include "services/budget/store/verify_store.h"

#include "libs/core/status.h"
#include "services/budget/store/queries.h"
#include "services/budget/store/rows.h"

namespace fiscus::budget::store {
namespace {

constexpr const char* kBeforeFirst = "00000000-0000-0000-0000-000000000000";

std::string FromFirst(const std::string& line_id) {
  return line_id.empty() ? kBeforeFirst : line_id;
}

}  // namespace

absl::StatusOr<std::vector<LineToVerify>> LinesToVerify(pg::Tx& tx,
                                                        const std::string& after_line_id,
                                                        int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kVerifyLinesPage,
                          pg::Args().Text(tx.tenant()).Text(FromFirst(after_line_id)).Int(limit)));
  std::vector<LineToVerify> lines;
  for (const pg::Row row : rows) {
    lines.push_back({.line = LineOf(row),
                     .records = {.encumbrances_open = row.Int("encumbrances_open"),
                                 .reservations_pending = row.Int("reservations_pending"),
                                 .reservations_posted = row.Int("reservations_posted"),
                                 .reservations_refunded = row.Int("reservations_refunded")},
                     .last_entry = row.Int("last_entry")});
  }
  return lines;
}

absl::StatusOr<std::vector<Entry>> EntriesToVerify(pg::Tx& tx, const std::string& after_line_id,
                                                   int64_t after_version,
                                                   const std::string& last_line_id, int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kVerifyEntriesPage, pg::Args()
                                                       .Text(tx.tenant())
                                                       .Text(FromFirst(after_line_id))
                                                       .Int(after_version)
                                                       .Text(last_line_id)
                                                       .Int(limit)));
  std::vector<Entry> entries;
  for (const pg::Row row : rows) entries.push_back(EntryOf(row).entry);
  return entries;
}

absl::StatusOr<std::vector<PairSums>> SumPairs(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kVerifyPairs, pg::Args().Text(tx.tenant())));
  std::vector<PairSums> sums;
  for (const pg::Row row : rows) {
    sums.push_back({.currency = row.Text("currency"),
                    .transferred_out = row.Text("transferred_out"),
                    .transferred_in = row.Text("transferred_in"),
                    .allotted_down = row.Text("allotted_down"),
                    .allotted_in = row.Text("allotted_in")});
  }
  return sums;
}

absl::StatusOr<std::vector<std::string>> OrphanLines(pg::Tx& tx, int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kVerifyOrphans, pg::Args().Text(tx.tenant()).Int(limit)));
  std::vector<std::string> lines;
  for (const pg::Row row : rows) lines.push_back(row.Text("line_id"));
  return lines;
}

}  // namespace fiscus::budget::store
