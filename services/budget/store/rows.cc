#include "services/budget/store/rows.h"

#include <iterator>
#include <memory>
#include <utility>

namespace fiscus::budget::store {

Line LineOf(const pg::Row& row) {
  LineHead head{.id = row.Text("line_id"),
                .code = row.Text("code"),
                .document_no = row.Text("document_no"),
                .unit_path = row.Text("unit_path"),
                .project_id = row.Text("project_id"),
                .fiscal_year = static_cast<int32_t>(row.Int("fiscal_year")),
                .currency = row.Text("currency"),
                .mode = static_cast<LineMode>(row.Int("mode")),
                .classification = {.function_class = row.Text("function_class"),
                                   .economic_class = row.Text("economic_class"),
                                   .fund_nature = row.Text("fund_nature"),
                                   .direct_fund = row.Bool("direct_fund")},
                .tolerance_profile = row.Text("tolerance_profile"),
                .parent_line_id = row.Text("parent_line_id")};
  LineStanding standing{.state = static_cast<LineState>(row.Int("state")),
                        .overspent = row.Bool("overspent"),
                        .version = row.Int("version")};
  for (size_t i = 0; i < std::size(kBuckets); ++i) {
    standing.balances.*kBuckets[i] = row.Int(kBucketColumns[i]);
  }
  return {.head = std::make_shared<const LineHead>(std::move(head)), .standing = standing};
}

Reservation ReservationOf(const pg::Row& row) {
  return {.id = row.Text("reservation_id"),
          .line_id = row.Text("line_id"),
          .contract_id = row.Text("contract_id"),
          .amount = row.Int("amount"),
          .posted = row.Int("posted"),
          .refunded = row.Int("refunded"),
          .state = static_cast<ReservationState>(row.Int("state")),
          .effective_date = row.Date("effective_date"),
          .expires_at = row.IsNull("expires_at") ? absl::InfiniteFuture() : row.Time("expires_at")};
}

StoredEntry EntryOf(const pg::Row& row) {
  return {.entry = {.id = row.Text("entry_id"),
                    .line_id = row.Text("line_id"),
                    .line_version = row.Int("line_version"),
                    .operation = static_cast<Operation>(row.Int("operation")),
                    .amount = row.Int("amount"),
                    .debit = static_cast<Account>(row.Int("debit")),
                    .credit = static_cast<Account>(row.Int("credit")),
                    .effective_date = row.Date("effective_date"),
                    .reservation_id = row.Text("reservation_id"),
                    .contract_id = row.Text("contract_id"),
                    .document_no = row.Text("document_no"),
                    .counter_entry_id = row.Text("counter_entry_id"),
                    .overspends = row.Bool("overspends")},
          .recorded_at = row.Time("recorded_at"),
          .request_id = row.Text("request_id"),
          .actor = row.Text("actor")};
}

Encumbrance EncumbranceOf(const pg::Row& row) {
  return {.open = row.Int("open_minor"), .over = row.Bool("contract_over")};
}

}  // namespace fiscus::budget::store
