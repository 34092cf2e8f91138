#include "services/budget/codec/convert.h"

#include "libs/core/dates.h"

namespace fiscus::budget {

v1::Balances ToProto(const Balances& b) {
  v1::Balances proto;
  proto.set_approved(b.approved);
  proto.set_supplemented(b.supplemented);
  proto.set_reduced(b.reduced);
  proto.set_transferred_in(b.transferred_in);
  proto.set_transferred_out(b.transferred_out);
  proto.set_allotted_in(b.allotted_in);
  proto.set_allotted_down(b.allotted_down);
  proto.set_frozen(b.frozen);
  proto.set_encumbered(b.encumbered);
  proto.set_in_transit(b.in_transit);
  proto.set_paid(b.paid);
  proto.set_refunded(b.refunded);
  proto.set_authorised(Authorised(b));
  proto.set_available(Available(b));
  return proto;
}

v1::BudgetLine ToProto(const LineHead& head, const LineStanding& standing) {
  v1::BudgetLine proto;
  proto.set_line_id(head.id);
  proto.set_code(head.code);
  proto.set_document_no(head.document_no);
  proto.set_unit_path(head.unit_path);
  proto.set_project_id(head.project_id);
  proto.set_fiscal_year(head.fiscal_year);
  proto.set_currency(head.currency);
  proto.set_mode(static_cast<v1::LineMode>(head.mode));
  v1::Classification& classification = *proto.mutable_classification();
  classification.set_function_class(head.classification.function_class);
  classification.set_economic_class(head.classification.economic_class);
  classification.set_fund_nature(head.classification.fund_nature);
  classification.set_direct_fund(head.classification.direct_fund);
  proto.set_tolerance_profile(head.tolerance_profile);
  proto.set_parent_line_id(head.parent_line_id);
  proto.set_state(static_cast<v1::LineState>(standing.state));
  *proto.mutable_balances() = ToProto(standing.balances);
  proto.set_version(standing.version);
  proto.set_overspent(standing.overspent);
  return proto;
}

v1::BudgetLine ToProto(const Line& line) { return ToProto(*line.head, line.standing); }

v1::JournalEntry ToProto(const StoredEntry& stored) {
  const Entry& entry = stored.entry;
  v1::JournalEntry proto;
  proto.set_entry_id(entry.id);
  proto.set_line_id(entry.line_id);
  proto.set_line_version(entry.line_version);
  proto.set_operation(static_cast<v1::Operation>(entry.operation));
  proto.set_amount(entry.amount);
  proto.set_debit(std::string(AccountName(entry.debit)));
  proto.set_credit(std::string(AccountName(entry.credit)));
  proto.set_effective_date(FormatDate(entry.effective_date));
  proto.set_recorded_at(FormatTimestamp(stored.recorded_at));
  proto.set_reservation_id(entry.reservation_id);
  proto.set_contract_id(entry.contract_id);
  proto.set_payment_id(entry.reservation_id);  // a reservation has its payment's id
  proto.set_document_no(entry.document_no);
  proto.set_counter_entry_id(entry.counter_entry_id);
  proto.set_request_id(stored.request_id);
  proto.set_actor(stored.actor);
  proto.set_overspends(entry.overspends);
  return proto;
}

v1::Reservation ToProto(const Reservation& reservation) {
  v1::Reservation proto;
  proto.set_reservation_id(reservation.id);
  proto.set_line_id(reservation.line_id);
  proto.set_contract_id(reservation.contract_id);
  proto.set_amount(reservation.amount);
  proto.set_posted(reservation.posted);
  proto.set_refunded(reservation.refunded);
  proto.set_state(static_cast<v1::ReservationState>(reservation.state));
  if (reservation.expires_at != absl::InfiniteFuture()) {
    proto.set_expires_at(FormatTimestamp(reservation.expires_at));
  }
  return proto;
}

v1::ToleranceNotice ToProto(const ToleranceNotice& notice) {
  v1::ToleranceNotice proto;
  proto.mutable_limit()->set_group(static_cast<v1::ToleranceGroup>(notice.limit.group));
  proto.mutable_limit()->set_usage_bp(notice.limit.usage_bp);
  proto.mutable_limit()->set_action(static_cast<v1::ToleranceAction>(notice.limit.action));
  proto.set_usage_bp(static_cast<int32_t>(notice.usage_bp));  // at most kUsageUnlimitedBp
  return proto;
}

v1::ToleranceProfile ToProto(const ToleranceProfile& profile) {
  v1::ToleranceProfile proto;
  proto.set_name(profile.name);
  for (const ToleranceLimit& limit : profile.limits) {
    *proto.add_limits() = ToProto(ToleranceNotice{.limit = limit}).limit();
  }
  return proto;
}

std::vector<StoredEntry> StoredEntriesOf(const Decision& decision, absl::Time recorded_at,
                                         const std::string& request_id, const std::string& actor) {
  std::vector<StoredEntry> entries;
  for (const Posting& posting : decision.postings) {
    entries.push_back({.entry = posting.entry,
                       .recorded_at = recorded_at,
                       .request_id = request_id,
                       .actor = actor});
  }
  return entries;
}

v1::LedgerResponse ToResponse(const Decision& decision, const std::vector<StoredEntry>& entries) {
  v1::LedgerResponse response;
  *response.mutable_line() = ToProto(decision.line);
  if (decision.counter_line.has_value()) {
    *response.mutable_counter_line() = ToProto(*decision.counter_line);
  }
  for (const StoredEntry& entry : entries) *response.add_entries() = ToProto(entry);
  if (decision.reservation.has_value()) {
    *response.mutable_reservation() = ToProto(*decision.reservation);
  }
  for (const ToleranceNotice& notice : decision.notices) {
    *response.add_notices() = ToProto(notice);
  }
  return response;
}

v1::EntryPosted EntryPostedOf(const Decision& decision, size_t i, const StoredEntry& stored) {
  const Posting& posting = decision.postings[i];
  const Line& line = posting.on_counter_line ? *decision.counter_line : decision.line;
  v1::EntryPosted event;
  *event.mutable_entry() = ToProto(stored);
  *event.mutable_line() = ToProto(*line.head, posting.after);
  for (const ToleranceNotice& notice : decision.notices) *event.add_notices() = ToProto(notice);
  return event;
}

v1::CommandRefused CommandRefusedOf(const Line& line, const Command& command,
                                    const Refusal& refusal) {
  v1::CommandRefused event;
  event.set_line_id(line.head->id);
  event.set_project_id(line.head->project_id);
  event.set_unit_path(line.head->unit_path);
  event.set_operation(command.kind == CommandKind::kEncumber ? v1::OPERATION_ENCUMBER
                                                             : v1::OPERATION_RESERVE);
  event.set_asked(command.amount.minor);
  event.set_reason(static_cast<v1::BudgetReason>(refusal.reason));
  *event.mutable_balances() = ToProto(line.standing.balances);
  event.set_effective_date(FormatDate(command.effective_date));
  event.set_payment_id(command.reservation_id);
  event.set_contract_id(command.contract_id);
  event.set_usage_bp(refusal.usage_bp);
  return event;
}

std::string LineAggregate(const std::string& line_id) { return "budget-lines/" + line_id; }

std::string RefusalAggregate(const std::string& line_id) { return "refusals/" + line_id; }

}  // namespace fiscus::budget
