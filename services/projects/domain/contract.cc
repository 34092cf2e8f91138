#include "services/projects/domain/contract.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libs/core/money.h"
#include "libs/core/status.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

constexpr int64_t kAdvanceMaxBp = 3'000;      // C3
constexpr int32_t kRetentionMaxBp = 300;      // C4
constexpr int64_t kSupplementsMaxBp = 1'000;  // C6

constexpr std::array<std::string_view, kContractStates> kStateNames = {
    "UNSPECIFIED", "DRAFT",   "IN_APPROVAL", "SIGNED", "FILED",      "EFFECTIVE", "SUSPENDED",
    "PERFORMED",   "SETTLED", "WARRANTY",    "CLOSED", "TERMINATED", "DECLINED",
};

constexpr std::array<std::string_view, kContractCommands> kCommandNames = {
    "UNSPECIFIED", "SUBMIT",  "SIGN",   "DECLINE",        "FILE",  "ACTIVATE",  "SUSPEND",
    "RESUME",      "PERFORM", "SETTLE", "START_WARRANTY", "CLOSE", "TERMINATE",
};

template <typename... States>
constexpr uint32_t Of(States... states) {
  return ((1U << static_cast<uint32_t>(states)) | ...);
}

using C = ContractCommand;
using S = ContractState;

constexpr std::array kTransitions = {
    ContractTransition{C::kSubmit, Of(S::kDraft), S::kInApproval},
    ContractTransition{C::kSign, Of(S::kInApproval), S::kSigned, true},
    ContractTransition{C::kDecline, Of(S::kInApproval), S::kDeclined, true, true},
    ContractTransition{C::kFile, Of(S::kSigned), S::kFiled},
    ContractTransition{C::kActivate, Of(S::kFiled), S::kEffective},
    ContractTransition{C::kSuspend, Of(S::kEffective), S::kSuspended, false, true},
    ContractTransition{C::kResume, Of(S::kSuspended), S::kEffective},
    ContractTransition{C::kPerform, Of(S::kEffective), S::kPerformed},
    ContractTransition{C::kSettle, Of(S::kPerformed), S::kSettled},
    ContractTransition{C::kStartWarranty, Of(S::kSettled), S::kWarranty},
    ContractTransition{C::kClose, Of(S::kSettled, S::kWarranty), S::kClosed},
    ContractTransition{C::kTerminate, Of(S::kSigned, S::kFiled, S::kEffective, S::kSuspended),
                       S::kTerminated, false, true},
};

bool Holds(ContractState state, uint32_t states) {
  return (states & (1U << static_cast<uint32_t>(state))) != 0;
}

absl::Status CheckProject(const Project& project, ContractCommand command) {
  const bool funded = project.state == ProjectState::kBudgeted ||
                      project.state == ProjectState::kFunded ||
                      project.state == ProjectState::kExecuting;
  const bool wrong = command == C::kActivate ? !funded : IsOver(project.state);
  if (!wrong) return absl::OkStatus();
  return Refused(Reason::kWrongState,
                 "the project does not admit this step: it is " + std::string(Name(project.state)),
                 {{"project_state", std::string(Name(project.state))}});
}

absl::Status CheckTerms(const Contract& contract) {
  const __int128 advance_share = static_cast<__int128>(contract.advance_minor) * kWholeBp;
  const __int128 advance_max = static_cast<__int128>(contract.original_value_minor) * kAdvanceMaxBp;
  if (advance_share <= advance_max && contract.retention_bp <= kRetentionMaxBp) {
    return absl::OkStatus();
  }
  return Refused(Reason::kTermsNotAllowed,
                 "an advance is at most 30 % of the contract's value, a retention at most 3 %",
                 {{"original_value", std::to_string(contract.original_value_minor)},
                  {"advance", std::to_string(contract.advance_minor)},
                  {"advance_max_bp", std::to_string(kAdvanceMaxBp)},
                  {"retention_bp", std::to_string(contract.retention_bp)},
                  {"retention_max_bp", std::to_string(kRetentionMaxBp)}});
}

absl::Status CheckInvestment(const Project& project, int64_t others_minor, int64_t value_minor) {
  const __int128 sum = static_cast<__int128>(others_minor) + value_minor;
  if (sum <= project.approved_investment_minor) return absl::OkStatus();
  return Refused(Reason::kExceedsApprovedInvestment,
                 "the project's contracts would exceed its approved investment",
                 {{"approved_investment", std::to_string(project.approved_investment_minor)},
                  {"other_contracts", std::to_string(others_minor)},
                  {"asked", std::to_string(value_minor)}});
}

// C6: all supplements together, whatever was agreed before.
absl::Status CheckSupplements(const Contract& contract, int64_t value_minor) {
  const __int128 rise = static_cast<__int128>(value_minor) - contract.original_value_minor;
  const __int128 rise_max =
      static_cast<__int128>(contract.original_value_minor) * kSupplementsMaxBp;
  if (contract.tendered_works || rise * kWholeBp <= rise_max) return absl::OkStatus();
  return Refused(Reason::kTermsNotAllowed,
                 "supplements are at most 10 % of the contract's original value",
                 {{"original_value", std::to_string(contract.original_value_minor)},
                  {"new_value", std::to_string(value_minor)},
                  {"supplements_max_bp", std::to_string(kSupplementsMaxBp)}});
}

LedgerOrder OrderOf(const Contract& contract, const ContractStep& step) {
  using Kind = LedgerOrder::Kind;
  switch (step.command) {
    case C::kActivate:
      return {.kind = Kind::kEncumber, .amount_minor = contract.current_value_minor};
    case C::kSettle: {
      const int64_t rest = contract.current_value_minor - step.settlement_minor;
      return rest == 0 ? LedgerOrder{}
                       : LedgerOrder{.kind = Kind::kLiquidate, .amount_minor = rest};
    }
    case C::kClose:
      return {.kind = Kind::kLiquidateAll, .amount_minor = contract.current_value_minor};
    case C::kTerminate:
      if (contract.state != S::kEffective && contract.state != S::kSuspended) return {};
      return {.kind = Kind::kLiquidateAll, .amount_minor = contract.current_value_minor};
    default:
      return {};
  }
}

absl::Status WrongState(const Contract& contract, std::string_view message) {
  return Refused(Reason::kWrongState, message, {{"state", std::string(Name(contract.state))}});
}

// Retention is still paid in the warranty, perhaps to an account that is new by then.
constexpr uint32_t kPayable =
    Of(S::kEffective, S::kSuspended, S::kPerformed, S::kSettled, S::kWarranty);

absl::Status CheckModifiable(const Contract& contract, const Modification& modification) {
  const bool payees_only = modification.delta_minor == 0 && !modification.new_end.has_value();
  if (Holds(contract.state, payees_only ? kPayable : Of(S::kEffective))) return absl::OkStatus();
  return WrongState(contract, "only a contract in force is modified");
}

absl::Status CheckUndecided(const Contract& contract, const Modification& modification) {
  if (modification.effective) return WrongState(contract, "the modification is effective already");
  if (modification.rejected) return WrongState(contract, "the modification was rejected");
  return absl::OkStatus();
}

}  // namespace

std::string_view Name(ContractState state) { return kStateNames.at(static_cast<size_t>(state)); }
std::string_view Name(ContractCommand command) {
  return kCommandNames.at(static_cast<size_t>(command));
}

bool IsOpen(ContractState state) {
  return Holds(state, Of(S::kSigned, S::kFiled, S::kEffective, S::kSuspended, S::kPerformed,
                         S::kSettled, S::kWarranty));
}

bool IsLive(ContractState state) { return state != S::kDeclined && state != S::kTerminated; }

std::span<const ContractTransition> ContractTransitions() { return kTransitions; }

const ContractTransition* Find(ContractCommand command) {
  for (const ContractTransition& row : kTransitions) {
    if (row.command == command) return &row;
  }
  return nullptr;
}

absl::StatusOr<ContractChange> DrawUp(const Project& project, Contract draft, int64_t others_minor,
                                      absl::CivilDay effective_date) {
  RETURN_IF_ERROR(CheckProject(project, ContractCommand::kNone));
  RETURN_IF_ERROR(CheckTerms(draft));
  if (draft.currency != project.currency) {
    return Refused(Reason::kCurrencyMismatch, "the contract's currency differs from the project's",
                   {{"currency", draft.currency}, {"project_currency", project.currency}});
  }
  RETURN_IF_ERROR(CheckInvestment(project, others_minor, draft.original_value_minor));
  if (project.observed) {
    return Refused(Reason::kObservedProject, "contracts of an observed project are kept elsewhere");
  }
  draft.unit_path = project.unit_path;
  draft.current_value_minor = draft.original_value_minor;
  draft.certified_minor = 0;
  draft.settlement_minor = 0;
  draft.state = ContractState::kDraft;
  draft.version = 1;
  return ContractChange{.after = draft,
                        .event = ContractStateChanged{.contract = draft,
                                                      .from = ContractState::kUnspecified,
                                                      .effective_date = effective_date,
                                                      .reason = {}},
                        .order = {}};
}

absl::StatusOr<ContractChange> Redraft(const Project& project, const Contract& present,
                                       Contract wanted, int64_t expected_version,
                                       int64_t others_minor, absl::CivilDay effective_date) {
  if (expected_version != present.version) {
    return Refused(Reason::kVersionMismatch, "the contract was changed meanwhile; read it again",
                   {{"expected_version", std::to_string(expected_version)},
                    {"version", std::to_string(present.version)}});
  }
  if (present.state != S::kDraft) return WrongState(present, "only a draft is changed");
  wanted.project_id = present.project_id;
  ASSIGN_OR_RETURN(ContractChange change,
                   DrawUp(project, std::move(wanted), others_minor, effective_date));
  change.after.version = present.version + 1;
  change.event = ContractStateChanged{.contract = change.after,
                                      .from = present.state,
                                      .effective_date = effective_date,
                                      .reason = {}};
  return change;
}

absl::Status Check(const Project& project, const Contract& contract, const ContractStep& step,
                   bool work_complete) {
  const ContractTransition* row = Find(step.command);
  if (row == nullptr) return absl::InternalError("a step without command reached the domain");
  if (!Holds(contract.state, row->from)) {
    return WrongState(contract, std::string(Name(row->command)) + " does not start from " +
                                    std::string(Name(contract.state)));
  }
  RETURN_IF_ERROR(CheckProject(project, step.command));
  if (row->by_other_person && step.actor == contract.drafted_by) {
    return Refused(Reason::kSamePerson, "who drew a contract up may not sign or decline it");
  }
  if (step.command == ContractCommand::kPerform && !work_complete) {
    return Refused(Reason::kWorkNotComplete, "work items of the contract are not wholly certified",
                   {{"certified_value", std::to_string(contract.certified_minor)}});
  }
  if (step.command == ContractCommand::kSettle &&
      step.settlement_minor > contract.current_value_minor) {
    return Refused(Reason::kSettlementExceedsValue,
                   "the settlement exceeds the contract's current value",
                   {{"settlement", std::to_string(step.settlement_minor)},
                    {"current_value", std::to_string(contract.current_value_minor)}});
  }
  return absl::OkStatus();
}

ContractChange Take(const Contract& contract, const ContractStep& step) {
  ContractChange change{.after = contract, .event = {}, .order = OrderOf(contract, step)};
  change.after.state = Find(step.command)->to;
  change.after.version += 1;
  if (step.command == ContractCommand::kSettle)
    change.after.settlement_minor = step.settlement_minor;
  if (step.command == ContractCommand::kSign && !contract.signed_on.has_value()) {
    change.after.signed_on = step.effective_date;
  }
  change.event = ContractStateChanged{.contract = change.after,
                                      .from = contract.state,
                                      .effective_date = step.effective_date,
                                      .reason = step.reason};
  return change;
}

absl::Status CheckModification(const Project& project, const Contract& contract,
                               const Modification& modification, int64_t others_minor) {
  RETURN_IF_ERROR(CheckModifiable(contract, modification));
  const std::optional<int64_t> value =
      CheckedAdd(contract.current_value_minor, modification.delta_minor);
  if (!value.has_value()) {
    return InvalidFields({{"modification.delta", "the new value leaves the range of int64"}});
  }
  if (modification.delta_minor > 0) RETURN_IF_ERROR(CheckSupplements(contract, *value));
  if (*value < std::max<int64_t>(contract.certified_minor, 1)) {
    return Refused(Reason::kBelowCertified,
                   "the new value would be below what is certified, or nothing",
                   {{"new_value", std::to_string(*value)},
                    {"certified_value", std::to_string(contract.certified_minor)}});
  }
  if (modification.delta_minor <= 0) return absl::OkStatus();
  return CheckInvestment(project, others_minor, *value);
}

absl::Status CheckApproval(const Project& project, const Contract& contract,
                           const Modification& modification, int64_t others_minor,
                           std::string_view actor) {
  RETURN_IF_ERROR(CheckUndecided(contract, modification));
  RETURN_IF_ERROR(CheckModifiable(contract, modification));
  if (actor == modification.drafted_by) {
    return Refused(Reason::kSamePerson, "who drew a modification up may not approve it");
  }
  return CheckModification(project, contract, modification, others_minor);
}

absl::Status CheckRejection(const Contract& contract, const Modification& modification,
                            std::string_view actor) {
  RETURN_IF_ERROR(CheckUndecided(contract, modification));
  if (actor != modification.drafted_by) return absl::OkStatus();
  return Refused(Reason::kSamePerson, "who drew a modification up may not reject it");
}

ContractChange MakeEffective(const Contract& contract, const Modification& modification,
                             absl::CivilDay effective_date, std::string_view actor) {
  const int64_t delta = modification.delta_minor;
  ContractChange change{.after = contract, .event = {}, .order = {}};
  if (delta > 0) change.order = {.kind = LedgerOrder::Kind::kEncumber, .amount_minor = delta};
  if (delta < 0) change.order = {.kind = LedgerOrder::Kind::kLiquidate, .amount_minor = -delta};
  if (!modification.payees.empty()) change.after.payees = modification.payees;
  if (modification.new_end.has_value()) change.after.planned_end = modification.new_end;
  change.after.current_value_minor += delta;
  change.after.version += 1;
  Modification effective = modification;
  effective.effective = true;
  effective.decided_by = actor;
  change.event = ContractModified{.contract = change.after,
                                  .modification = std::move(effective),
                                  .effective_date = effective_date};
  return change;
}

}  // namespace fiscus::projects
