#include "services/payments/domain/submission.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "libs/core/dates.h"
#include "libs/core/text.h"

namespace fiscus::payments {
namespace {

constexpr std::array<std::string_view, 5> kListedReasons = {"SALARY", "UTILITIES", "COMPENSATION",
                                                            "SMALL_PURCHASE", "TAX"};

absl::Status Precondition(std::string_view reason, std::string_view message, Figures figures) {
  return Refuse(absl::StatusCode::kFailedPrecondition, reason, message, std::move(figures),
                kDomain);
}

absl::Status Invalid(std::string_view reason, std::string_view message, Figures figures = {}) {
  return Refuse(absl::StatusCode::kInvalidArgument, reason, message, std::move(figures), kDomain);
}

absl::Status NotFound(std::string_view reason, std::string_view message, Figures figures) {
  return Refuse(absl::StatusCode::kNotFound, reason, message, std::move(figures), kDomain);
}

// Final and retention payments follow the work; all others are part of the execution.
bool MayBePaidIn(int project_state, Kind kind) {
  const bool late = kind == Kind::kFinal || kind == Kind::kRetention;
  const int last =
      static_cast<int>(late ? ProjectState::kFinalAccounted : ProjectState::kExecuting);
  return project_state >= static_cast<int>(ProjectState::kExecuting) && project_state <= last;
}

// An advance precedes the work, so only an EFFECTIVE contract has one; the others may be paid until
// the contract is closed.
bool MayBePaidUnder(int contract_state, Kind kind) {
  if (contract_state == static_cast<int>(ContractState::kEffective)) return true;
  if (kind == Kind::kAdvance) return false;
  return contract_state >= static_cast<int>(ContractState::kPerformed) &&
         contract_state <= static_cast<int>(ContractState::kWarranty);
}

// What may be paid in all: the current value, and once settled not more than was settled (C2).
int64_t CeilingMinor(const ContractFacts& contract) {
  if (contract.settlement_minor <= 0) return contract.current_value_minor;
  return std::min(contract.current_value_minor, contract.settlement_minor);
}

// `live` + `asked` ≤ `ceiling`; a sum beyond int64 is beyond every ceiling.
bool Fits(int64_t live_minor, int64_t asked_minor, int64_t ceiling_minor) {
  const std::optional<int64_t> sum = CheckedAdd(live_minor, asked_minor);
  return sum.has_value() && *sum <= ceiling_minor;
}

absl::Status NoProject(const Request& request) {
  return NotFound("PROJECT_NOT_FOUND", "no such project in this unit",
                  {{"project_id", request.project_id}, {"unit_path", request.unit_path}});
}

absl::Status NoContract(const Request& request) {
  return NotFound("CONTRACT_NOT_FOUND", "no such contract",
                  {{"contract_id", request.contract_id}, {"project_id", request.project_id}});
}

absl::Status CheckFound(const SubmitContext& context, const Request& request) {
  if (!request.revises_payment_id.empty() && !context.revised.has_value()) {
    return NotFound("PAYMENT_NOT_FOUND", "the payment to be revised does not exist",
                    {{"payment_id", request.revises_payment_id}});
  }
  // A project of another unit is "not found" for this unit: the scope was checked for the unit that
  // the request names.
  if (!context.project.has_value() || context.project->unit_path != request.unit_path) {
    return NoProject(request);
  }
  if (!request.contract_id.empty() && !context.contract.has_value()) return NoContract(request);
  return absl::OkStatus();
}

absl::Status CheckProject(const ProjectFacts& project, const Request& request) {
  if (MayBePaidIn(project.state, request.kind)) return absl::OkStatus();
  return Precondition("PROJECT_NOT_IN_EXECUTION",
                      "the project does not allow payments of this kind now",
                      {{"project_id", request.project_id},
                       {"project_state", project.state_name},
                       {"kind", std::string(KindName(request.kind))}});
}

absl::Status CheckContractFits(const ContractFacts& contract, const Request& request) {
  if (!MayBePaidUnder(contract.state, request.kind)) {
    return Precondition("CONTRACT_NOT_EFFECTIVE",
                        "the contract does not allow payments of this kind now",
                        {{"contract_id", contract.contract_id},
                         {"contract_state", contract.state_name},
                         {"kind", std::string(KindName(request.kind))}});
  }
  if (contract.project_id != request.project_id || contract.line_id != request.line_id) {
    return Precondition("CONTRACT_MISMATCH",
                        "the contract belongs to another project or budget line",
                        {{"contract_id", contract.contract_id},
                         {"contract_project_id", contract.project_id},
                         {"contract_line_id", contract.line_id},
                         {"project_id", request.project_id},
                         {"line_id", request.line_id}});
  }
  return absl::OkStatus();
}

// "the contract is worth 5.00 CNY, of which 3.00 CNY are paid or on their way; 2.01 CNY were asked"
std::string ExceededText(std::string_view what, int64_t limit, int64_t live, const Money& asked) {
  return absl::StrCat(ToAbsl(what), FormatMoney(limit, asked.currency), ", of which ",
                      FormatMoney(live, asked.currency), " are paid or on their way; ",
                      FormatMoney(asked.minor, asked.currency), " were asked");
}

absl::Status CheckPayee(const ContractFacts& contract, const Request& request) {
  if (std::find(contract.payees.begin(), contract.payees.end(), request.payee) !=
      contract.payees.end()) {
    return absl::OkStatus();
  }
  return Precondition("PAYEE_NOT_REGISTERED",
                      "the payee's account is not registered with the contract; a modification of "
                      "the contract brings it in",
                      {{"contract_id", contract.contract_id}, {"payee", request.payee.name}});
}

absl::Status CheckContractLimits(const SubmitContext& context, const Request& request) {
  const ContractFacts& contract = *context.contract;
  RETURN_IF_ERROR(CheckPayee(contract, request));
  const int64_t asked = request.amount.minor;
  if (!Fits(context.contract_live_minor, asked, CeilingMinor(contract))) {
    // Rule C2 of contract control.
    return Precondition("CONTRACT_EXCEEDED",
                        ExceededText("the contract is worth ", CeilingMinor(contract),
                                     context.contract_live_minor, request.amount),
                        {{"contract_id", contract.contract_id},
                         {"asked", std::to_string(asked)},
                         {"live_payments", std::to_string(context.contract_live_minor)},
                         {"contract_value", std::to_string(CeilingMinor(contract))},
                         {"currency", contract.currency}});
  }
  if (request.kind == Kind::kAdvance &&
      !Fits(context.advance_live_minor, asked, contract.advance_minor)) {
    // Rule C3 of contract control.
    return Precondition("ADVANCE_EXCEEDED",
                        ExceededText("the contract agrees an advance of ", contract.advance_minor,
                                     context.advance_live_minor, request.amount),
                        {{"contract_id", contract.contract_id},
                         {"asked", std::to_string(asked)},
                         {"live_advances", std::to_string(context.advance_live_minor)},
                         {"advance_agreed", std::to_string(contract.advance_minor)},
                         {"currency", contract.currency}});
  }
  return absl::OkStatus();
}

absl::Status CheckRevised(const SubmitContext& context, const Request& request) {
  if (!context.revised.has_value()) return absl::OkStatus();
  const RevisedFacts& revised = *context.revised;
  const bool ended = revised.state == State::kReturned || revised.state == State::kRefunded;
  if (ended && revised.project_id == request.project_id) return absl::OkStatus();
  return Precondition(
      "WRONG_STATE",
      "only a payment of the same project that was returned, or refunded in full, can be revised",
      {{"payment_id", revised.payment_id}, {"state", std::string(StateName(revised.state))}});
}

}  // namespace

bool IsListedReason(std::string_view reason) {
  return std::find(kListedReasons.begin(), kListedReasons.end(), reason) != kListedReasons.end();
}

absl::Status CheckRequest(const Request& request) {
  if (request.amount.minor <= 0) {
    return Invalid("AMOUNT_NOT_POSITIVE", "the amount must be above zero",
                   {{"asked", std::to_string(request.amount.minor)}});
  }
  if (request.vouchers.empty()) {
    return Invalid("VOUCHER_MISSING", "a payment needs at least one voucher (Y3)");
  }
  if (request.contract_id.empty() &&
      (request.kind != Kind::kNoContract || !IsListedReason(request.no_contract_reason))) {
    return Invalid(
        "CONTRACT_MISSING",
        "name a contract, or use kind NO_CONTRACT with a listed reason: SALARY, UTILITIES, "
        "COMPENSATION, SMALL_PURCHASE, TAX (Y3)",
        {{"no_contract_reason", request.no_contract_reason}});
  }
  return absl::OkStatus();
}

absl::Status CheckSubmission(const SubmitContext& context, const Request& request) {
  RETURN_IF_ERROR(CheckFound(context, request));
  RETURN_IF_ERROR(CheckProject(*context.project, request));
  const bool contracted = !request.contract_id.empty();
  if (contracted) RETURN_IF_ERROR(CheckContractFits(*context.contract, request));
  const std::string& currency = contracted ? context.contract->currency : context.project->currency;
  if (request.amount.currency != currency) {
    return Invalid("CURRENCY_MISMATCH", "the currency differs from the contract's or project's",
                   {{"asked", request.amount.currency}, {"expected", currency}});
  }
  if (contracted) RETURN_IF_ERROR(CheckContractLimits(context, request));
  if (context.voucher_used.has_value()) {
    return Precondition(
        "VOUCHER_USED", "a live payment of this payee already uses the voucher (R61)",
        {{"voucher", *context.voucher_used}, {"used_by_payment_id", context.voucher_payment_id}});
  }
  return CheckRevised(context, request);
}

absl::Status CheckOrder(const std::optional<ProjectFacts>& project,
                        const std::optional<ContractFacts>& contract, const Request& request) {
  if (!project.has_value()) return NoProject(request);
  const bool contracted = !request.contract_id.empty();
  if (contracted && !contract.has_value()) return NoContract(request);
  RETURN_IF_ERROR(CheckProject(*project, request));
  if (!contracted) return absl::OkStatus();
  RETURN_IF_ERROR(CheckContractFits(*contract, request));
  return CheckPayee(*contract, request);
}

bool IsRecorded(const absl::Status& refusal) {
  const std::optional<RefusalInfo> info = RefusalOf(refusal);
  return info.has_value() && refusal.code() != absl::StatusCode::kNotFound;
}

Decision Open(const Request& request, const Moment& moment, absl::Time expires_at,
              const absl::Status& checks) {
  Decision decision;
  decision.payment = {.request = request, .maker = moment.actor, .expires_at = expires_at};
  if (checks.ok()) {
    decision.payment.state = State::kSubmitting;
    Remark(decision, moment);
    return decision;
  }
  decision.payment.refusal = RefusalFrom(checks, kDomain);
  Moment refused = moment;
  refused.note = decision.payment.refusal->reason;
  Advance(decision, State::kRefused, refused);
  return decision;
}

Decision Resolve(const Payment& payment, const absl::Status& answer, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.state != State::kSubmitting) return decision;
  if (answer.ok()) {
    decision.payment.hold = Hold::kPending;
    Advance(decision, State::kSubmitted, moment);
    return decision;
  }
  decision.payment.refusal = RefusalFrom(answer, kDomain);
  Moment refused = moment;
  if (decision.payment.refusal.has_value()) refused.note = decision.payment.refusal->reason;
  Advance(decision, State::kRefused, refused);
  return decision;
}

}  // namespace fiscus::payments
