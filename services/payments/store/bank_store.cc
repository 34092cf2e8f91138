#include "services/payments/store/bank_store.h"

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "services/payments/store/payment_rows.h"
#include "services/payments/store/queries.h"

namespace fiscus::payments::store {
namespace {

std::optional<Refund> RefundFrom(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const pg::Row row = rows[0];
  return Refund{.refund_id = row.Text("refund_id"),
                .payment_id = row.Text("payment_id"),
                .amount_minor = row.Int("amount_minor"),
                .source = static_cast<RefundSource>(row.Int("source")),
                .state = static_cast<RefundState>(row.Int("state")),
                .effective_date = row.Date("effective_date"),
                .actor = {row.Text("actor"), row.Text("actor_for")},
                .note = row.Text("note"),
                .recorded_at = row.Time("recorded_at"),
                .refusal = RefusalFromRow(row),
                .answer = row.Bytes("answer")};
}

}  // namespace

absl::StatusOr<std::set<std::string>> FindEvents(pg::Tx& tx,
                                                 const std::vector<std::string>& event_ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindBankEvents, pg::Args().TextArray(event_ids)));
  std::set<std::string> known;
  for (const pg::Row row : rows) known.insert(row.Text("event_id"));
  return known;
}

absl::Status InsertEvents(pg::Tx& tx, const std::vector<JudgedEvent>& events, absl::Time now) {
  if (events.empty()) return absl::OkStatus();
  std::vector<std::string> ids, payments, references, codes, classes, receipts, dates;
  std::vector<int64_t> kinds, amounts, verdicts;
  for (const auto& [event, verdict] : events) {
    ids.push_back(event.event_id);
    payments.push_back(event.payment_id);
    kinds.push_back(static_cast<int64_t>(event.kind));
    amounts.push_back(event.amount_minor);
    references.push_back(event.bank_reference);
    codes.push_back(event.bank_code);
    classes.push_back(event.code_class);
    receipts.push_back(event.receipt_no);
    dates.push_back(event.value_date.has_value() ? FormatDate(*event.value_date) : "");
    verdicts.push_back(static_cast<int64_t>(verdict));
  }
  const absl::Status inserted =
      tx.RunExactly(static_cast<int64_t>(ids.size()), sql::kInsertBankEvents,
                    pg::Args()
                        .TextArray(ids)
                        .TextArray(payments)
                        .IntArray(kinds)
                        .IntArray(amounts)
                        .TextArray(references)
                        .TextArray(codes)
                        .TextArray(classes)
                        .TextArray(receipts)
                        .TextOrNullArray(dates)
                        .IntArray(verdicts)
                        .Time(now));
  // Another instance applied one of them beside us: run again and find it.
  if (inserted.code() == absl::StatusCode::kAlreadyExists) {
    return absl::AbortedError("an event was recorded meanwhile");
  }
  return inserted;
}

absl::Status InsertRefund(pg::Tx& tx, const Refund& refund) {
  return tx.RunExactly(1, sql::kInsertRefund,
                       pg::Args()
                           .Text(refund.refund_id)
                           .Text(refund.payment_id)
                           .Int(refund.amount_minor)
                           .Int(static_cast<int64_t>(refund.source))
                           .Date(refund.effective_date)
                           .Text(refund.actor.subject)
                           .Text(refund.actor.on_behalf_of)
                           .Text(refund.note)
                           .Time(refund.recorded_at)
                           .Text(refund.bank_reference)
                           .Text(refund.bank_event_id));
}

absl::StatusOr<std::optional<Refund>> LoadRefund(pg::Tx& tx, const std::string& refund_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadRefund, pg::Args().Text(refund_id)));
  return RefundFrom(rows);
}

absl::StatusOr<std::optional<Refund>> LoadPendingRefund(pg::Tx& tx, const std::string& payment_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadPendingRefund, pg::Args().Text(payment_id)));
  return RefundFrom(rows);
}

absl::StatusOr<std::vector<ExpectedRefund>> LoadExpectedRefunds(
    pg::Tx& tx, const std::vector<std::string>& payment_ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadExpectedRefunds, pg::Args().TextArray(payment_ids)));
  std::vector<ExpectedRefund> expected;
  for (const pg::Row row : rows) {
    expected.push_back({.refund_id = row.Text("refund_id"),
                        .payment_id = row.Text("payment_id"),
                        .bank_reference = row.Text("bank_reference"),
                        .amount_minor = row.Int("amount_minor")});
  }
  return expected;
}

absl::Status TellRefunds(pg::Tx& tx, const std::map<std::string, std::string>& told) {
  if (told.empty()) return absl::OkStatus();
  std::vector<std::string> refunds, events;
  for (const auto& [refund_id, event_id] : told) {
    refunds.push_back(refund_id);
    events.push_back(event_id);
  }
  return tx.RunExactly(static_cast<int64_t>(told.size()), sql::kTellRefunds,
                       pg::Args().TextArray(refunds).TextArray(events));
}

absl::StatusOr<bool> HasRefund(pg::Tx& tx, const std::string& payment_id,
                               const std::string& bank_reference, int64_t amount_minor) {
  if (bank_reference.empty()) return false;
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kFindRefund, pg::Args().Text(payment_id).Text(bank_reference).Int(amount_minor)));
  return !rows.empty();
}

absl::Status SettleRefund(pg::Tx& tx, const Refund& refund) {
  pg::Args args;
  args.Text(refund.refund_id).Int(static_cast<int64_t>(refund.state));
  const Refusal refusal = refund.refusal.value_or(Refusal{});
  args.IntOrNull(refund.refusal.has_value()
                     ? std::optional<int64_t>(static_cast<int64_t>(refusal.code))
                     : std::nullopt);
  args.Text(refusal.reason).Text(refusal.domain).Text(refusal.message);
  return tx.RunExactly(1, sql::kSettleRefund,
                       args.Text(PackFigures(refusal.figures)).Bytes(refund.answer));
}

absl::StatusOr<int64_t> LoadCursor(pg::Tx& tx, const std::string& adapter) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadCursor, pg::Args().Text(adapter)));
  return rows.empty() ? 0 : rows[0].Int("cursor");
}

absl::Status MoveCursor(pg::Tx& tx, const std::string& adapter, int64_t from, int64_t to,
                        absl::Time now) {
  return tx.RunExactly(1, sql::kMoveCursor, pg::Args().Text(adapter).Int(from).Int(to).Time(now));
}

}  // namespace fiscus::payments::store
