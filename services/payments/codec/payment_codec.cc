#include "services/payments/codec/payment_codec.h"

#include <set>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/rpc/parse.h"

namespace fiscus::payments {
namespace {

constexpr size_t kNameBytesMax = 200;
constexpr size_t kAccountBytesMax = 64;
constexpr size_t kPurposeBytesMax = 500;
constexpr size_t kVoucherBytesMax = 100;
constexpr size_t kReasonBytesMax = 40;

// Space of the ids that we make for the ledger's request records.
constexpr std::string_view kIdSpace = "fiscus.payments.ledger";

std::string LedgerRequestId(std::string_view step, const std::string& payment_id) {
  return NamedUuid(kIdSpace, std::string(step) + "/" + payment_id);
}

// A command that the ledger has refused gets another id for its next attempt, because the ledger
// repeats a refusal as it does any answer. A lost answer keeps the id.
std::string LedgerRequestId(std::string_view step, const Payment& payment) {
  if (payment.ledger_attempt == 0) return LedgerRequestId(step, payment.request.payment_id);
  return LedgerRequestId(step,
                         payment.request.payment_id + "/" + std::to_string(payment.ledger_attempt));
}

Kind ParseKind(const v1::Payment& payment) {
  if (payment.kind() != v1::PAYMENT_KIND_UNSPECIFIED) return static_cast<Kind>(payment.kind());
  return payment.contract_id().empty() ? Kind::kNoContract : Kind::kProgress;
}

std::vector<std::string> ParseVouchers(rpc::Fields& fields, const v1::Payment& payment) {
  std::vector<std::string> vouchers;
  std::set<std::string> seen;
  fields.Check(payment.vouchers_size() <= static_cast<int>(kVouchersMax), "payment.vouchers",
               "at most 50 vouchers");
  for (int i = 0; i < payment.vouchers_size() && i < static_cast<int>(kVouchersMax); ++i) {
    const std::string field = "payment.vouchers[" + std::to_string(i) + "]";
    const std::string voucher = fields.Text(field, payment.vouchers(i), 1, kVoucherBytesMax);
    const bool trimmed = voucher.empty() || (voucher.front() != ' ' && voucher.back() != ' ');
    fields.Check(trimmed, field, "must not begin or end with a space");
    fields.Check(seen.insert(voucher).second, field, "is named twice");
    vouchers.push_back(voucher);
  }
  return vouchers;
}

Payee ParsePayee(rpc::Fields& fields, const projects::v1::PayeeAccount& payee) {
  return {
      .name = fields.Text("payment.payee.name", payee.name(), 1, kNameBytesMax),
      .account_no =
          fields.Text("payment.payee.account_no", payee.account_no(), 1, kAccountBytesMax),
      .bank_code = fields.Text("payment.payee.bank_code", payee.bank_code(), 0, kAccountBytesMax)};
}

void ToProto(const Payee& payee, projects::v1::PayeeAccount* out) {
  out->set_name(payee.name);
  out->set_account_no(payee.account_no);
  out->set_bank_code(payee.bank_code);
}

void ToProto(const Money& money, type::v1::Money* out) {
  out->set_minor(money.minor);
  out->set_currency(money.currency);
}

}  // namespace

absl::StatusOr<Request> ParseSubmission(const v1::SubmitPaymentRequest& message) {
  const v1::Payment& in = message.payment();
  rpc::Fields fields;
  fields.Uuid("request_id", message.request_id());
  Request request{.payment_id = fields.Uuid("payment.payment_id", in.payment_id()),
                  .project_id = fields.Uuid("payment.project_id", in.project_id()),
                  .contract_id = fields.OptionalUuid("payment.contract_id", in.contract_id()),
                  .line_id = fields.Uuid("payment.line_id", in.line_id()),
                  .unit_path = fields.UnitPath("payment.unit_path", in.unit_path()),
                  .kind = ParseKind(in),
                  .amount = fields.Amount("payment.amount", in.amount()),
                  .payee = ParsePayee(fields, in.payee()),
                  .purpose = fields.Text("payment.purpose", in.purpose(), 0, kPurposeBytesMax),
                  .vouchers = ParseVouchers(fields, in),
                  .no_contract_reason = fields.Text("payment.no_contract_reason",
                                                    in.no_contract_reason(), 0, kReasonBytesMax),
                  .effective_date = fields.Date("payment.effective_date", in.effective_date()),
                  .revises_payment_id =
                      fields.OptionalUuid("payment.revises_payment_id", in.revises_payment_id())};
  fields.Check(v1::PaymentKind_IsValid(in.kind()), "payment.kind", "is not a kind of payment");
  const bool both = !request.contract_id.empty() &&
                    (request.kind == Kind::kNoContract || !request.no_contract_reason.empty());
  fields.Check(!both, "payment.no_contract_reason",
               "a payment has a contract or a reason to have none, not both");
  RETURN_IF_ERROR(fields.status());
  return request;
}

absl::StatusOr<ParsedCommand> ParseCommand(const v1::PaymentCommandRequest& message,
                                           bool note_mandatory) {
  rpc::Fields fields;
  fields.Uuid("request_id", message.request_id());
  ParsedCommand command{
      .payment_id = fields.Uuid("payment_id", message.payment_id()),
      .expected_version = message.expected_version(),
      .note = fields.Text("note", message.note(), note_mandatory ? 1 : 0, kNoteBytesMax),
      .effective_date = fields.Date("effective_date", message.effective_date())};
  fields.Check(message.expected_version() >= 0, "expected_version", "must be 0 (any) or a version");
  RETURN_IF_ERROR(fields.status());
  return command;
}

v1::Refusal ToProto(const Refusal& refusal) {
  v1::Refusal out;
  out.set_code(static_cast<int>(refusal.code));
  out.set_reason(refusal.reason);
  out.set_domain(refusal.domain);
  out.set_message(refusal.message);
  for (const auto& [name, value] : refusal.figures) (*out.mutable_metadata())[name] = value;
  return out;
}

v1::Payment ToProto(const Payment& payment) {
  const Request& request = payment.request;
  v1::Payment out;
  out.set_payment_id(request.payment_id);
  out.set_project_id(request.project_id);
  out.set_contract_id(request.contract_id);
  out.set_line_id(request.line_id);
  out.set_unit_path(request.unit_path);
  out.set_kind(static_cast<v1::PaymentKind>(request.kind));
  ToProto(request.amount, out.mutable_amount());
  ToProto(request.payee, out.mutable_payee());
  out.set_purpose(request.purpose);
  for (const std::string& voucher : request.vouchers) out.add_vouchers(voucher);
  out.set_no_contract_reason(request.no_contract_reason);
  out.set_effective_date(FormatDate(request.effective_date));
  out.set_state(static_cast<v1::PaymentState>(payment.state));
  out.set_cleared(payment.cleared_minor);
  out.set_refunded(payment.refunded_minor);
  if (payment.refusal.has_value()) *out.mutable_refusal() = ToProto(*payment.refusal);
  out.set_version(payment.version);
  out.set_revises_payment_id(request.revises_payment_id);
  out.set_bank_reference(payment.bank_reference);
  out.set_receipt_no(payment.receipt_no);
  return out;
}

v1::PaymentStateChanged ToEvent(const Transition& transition) {
  v1::PaymentStateChanged event;
  *event.mutable_payment() = ToProto(transition.payment);
  event.set_from(static_cast<v1::PaymentState>(transition.from));
  event.set_refund(transition.refund_minor);
  event.set_effective_date(FormatDate(transition.effective_date));
  return event;
}

ProjectFacts FactsFrom(const projects::v1::Project& project) {
  return {.project_id = project.project_id(),
          .unit_path = project.unit_path(),
          .state = project.state(),
          .state_name = projects::v1::ProjectState_Name(project.state()),
          .currency = project.currency()};
}

ContractFacts FactsFrom(const projects::v1::Contract& contract) {
  ContractFacts facts{.contract_id = contract.contract_id(),
                      .project_id = contract.project_id(),
                      .line_id = contract.line_id(),
                      .state = contract.state(),
                      .state_name = projects::v1::ContractState_Name(contract.state()),
                      .currency = contract.currency(),
                      .current_value_minor = contract.current_value(),
                      .settlement_minor = contract.settlement_amount(),
                      .advance_minor = contract.advance()};
  for (const projects::v1::PayeeAccount& payee : contract.payees()) {
    facts.payees.push_back({payee.name(), payee.account_no(), payee.bank_code()});
  }
  return facts;
}

budget::v1::ReserveRequest ReserveFor(const Payment& payment) {
  const Request& request = payment.request;
  budget::v1::ReserveRequest out;
  out.set_request_id(LedgerRequestId("reserve", request.payment_id));
  out.set_reservation_id(request.payment_id);
  out.set_line_id(request.line_id);
  out.set_project_id(request.project_id);
  out.set_contract_id(request.contract_id);
  ToProto(request.amount, out.mutable_amount());
  out.set_effective_date(FormatDate(request.effective_date));
  out.set_expires_at(FormatTimestamp(payment.expires_at));
  return out;
}

budget::v1::ConfirmReservationRequest ConfirmFor(const Payment& payment) {
  budget::v1::ConfirmReservationRequest out;
  out.set_request_id(LedgerRequestId("confirm", payment));
  out.set_reservation_id(payment.request.payment_id);
  return out;
}

budget::v1::PostRequest PostFor(const Payment& payment) {
  budget::v1::PostRequest out;
  out.set_request_id(LedgerRequestId("post", payment));
  out.set_reservation_id(payment.request.payment_id);
  ToProto({payment.clearing_minor, payment.request.amount.currency}, out.mutable_amount());
  out.set_effective_date(FormatDate(payment.settles_on.value_or(payment.request.effective_date)));
  return out;
}

budget::v1::VoidRequest VoidFor(const Payment& payment) {
  budget::v1::VoidRequest out;
  out.set_request_id(LedgerRequestId("void", payment));
  out.set_reservation_id(payment.request.payment_id);
  out.set_effective_date(FormatDate(payment.settles_on.value_or(payment.request.effective_date)));
  out.set_reason(std::string(StateName(payment.state)));
  return out;
}

budget::v1::RefundRequest RefundFor(const Payment& payment, const std::string& refund_id,
                                    int64_t amount_minor, absl::CivilDay effective_date) {
  budget::v1::RefundRequest out;
  out.set_request_id(LedgerRequestId("refund", refund_id));
  out.set_reservation_id(payment.request.payment_id);
  ToProto({amount_minor, payment.request.amount.currency}, out.mutable_amount());
  out.set_effective_date(FormatDate(effective_date));
  return out;
}

}  // namespace fiscus::payments
