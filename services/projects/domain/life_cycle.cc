#include "services/projects/domain/life_cycle.h"

#include <array>
#include <utility>

#include "libs/core/money.h"
#include "libs/core/status.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

template <typename... States>
constexpr uint32_t Of(States... states) {
  return ((1U << static_cast<uint32_t>(states)) | ...);
}

using C = ProjectCommand;
using S = ProjectState;

constexpr uint32_t kBeforeCompleted =
    Of(S::kDraft, S::kDeclared, S::kUnderReview, S::kReserved, S::kEstablished, S::kBudgeted,
       S::kFunded, S::kExecuting, S::kReturned, S::kSuspended);

constexpr std::array kTransitions = {
    Transition{C::kDeclare,
               Desk::kUnit,
               Of(S::kDraft, S::kReturned),
               S::kDeclared,
               kDeclarationComplete | kTargetsGiven,
               {}},
    Transition{C::kAcceptForReview, Desk::kReview, Of(S::kDeclared), S::kUnderReview, 0, {}},
    Transition{C::kPassReview, Desk::kReview, Of(S::kUnderReview), S::kReserved,
               kDocumentGiven | kDatesWaived | kOtherPerson, kReviewOpinion},
    Transition{
        C::kReturn, Desk::kReview, Of(S::kUnderReview), S::kReturned, kOtherPerson, {}, true},
    Transition{
        C::kReject, Desk::kReview, Of(S::kUnderReview), S::kRejected, kOtherPerson, {}, true},
    Transition{C::kEstablish, Desk::kPlanning, Of(S::kReserved), S::kEstablished, kDocumentGiven,
               kEstablishmentApproval},
    Transition{C::kBudget,
               Desk::kFinance,
               Of(S::kEstablished),
               S::kBudgeted,
               kTargetsGiven | kBudgetLineExists,
               {}},
    Transition{C::kIssueFunds, Desk::kFinance, Of(S::kBudgeted), S::kFunded, kActiveLineExists, {}},
    // 条例 20, 22: no start without permits.
    Transition{C::kStart, Desk::kExecution, Of(S::kFunded), S::kExecuting,
               kDocumentGiven | kContractEffective | kWorkItemsExist, kPermit},
    Transition{C::kSuspend, Desk::kFinance, Of(S::kExecuting), S::kSuspended, 0, {}, true},
    Transition{C::kResume, Desk::kFinance, Of(S::kSuspended), S::kExecuting, 0, {}},
    Transition{C::kComplete, Desk::kExecution, Of(S::kExecuting), S::kCompleted, kWorkComplete, {}},
    Transition{C::kAccept, Desk::kAcceptance, Of(S::kCompleted), S::kAccepted, kDocumentGiven,
               kAcceptanceReport},
    Transition{C::kApproveFinalAccount,
               Desk::kFinance,
               Of(S::kAccepted),
               S::kFinalAccounted,
               kSettled,
               {}},
    Transition{C::kClose, Desk::kFinance, Of(S::kFinalAccounted), S::kClosed, kNothingOpen, {}},
    Transition{C::kCancel, Desk::kFinance, kBeforeCompleted, S::kCancelled, kNothingOpen, {}, true},
    Transition{C::kWaiveCompletion, Desk::kAcceptance, Of(S::kExecuting), S::kExecuting,
               kDocumentGiven, kCompletionWaiver, true},
};

struct DocumentDesk {
  std::string_view kind;
  uint32_t desks;  // bit 1 << desk
};

constexpr std::array kDocumentDesks = {
    DocumentDesk{kDeclarationDocument, Of(Desk::kUnit)},
    DocumentDesk{kDatesWaiver, Of(Desk::kUnit, Desk::kReview)},
    DocumentDesk{kReviewOpinion, Of(Desk::kReview)},
    DocumentDesk{kEstablishmentApproval, Of(Desk::kPlanning)},
    DocumentDesk{kPermit, Of(Desk::kExecution)},
    DocumentDesk{kCompletionWaiver, Of(Desk::kAcceptance)},
    DocumentDesk{kAcceptanceReport, Of(Desk::kAcceptance)},
    DocumentDesk{kFinalAccount, Of(Desk::kFinance)},
};

// All that a guard may look at. `project` already holds the step's documents.
struct Case {
  const Project& project;
  const ProjectFile& file;
  const ProjectStep& step;
  const Transition& row;
  const LedgerView& ledger;
  const ContractView& contracts;
};

absl::Status DeclarationIsComplete(const Case& c) {
  const std::vector<std::string> missing = MissingFromDeclaration(c.project);
  if (missing.empty()) return absl::OkStatus();
  std::string list;
  for (const std::string& part : missing) list += (list.empty() ? "" : ",") + part;
  return Refused(Reason::kDeclarationIncomplete, "the declaration lacks " + list,
                 {{"missing", list}});
}

absl::Status TargetsAreGiven(const Case& c) {
  if (!c.project.targets.empty()) return absl::OkStatus();
  return Refused(Reason::kTargetsMissing, "no performance targets, no budget");
}

// Only what the step itself brings counts: a document from before, e.g. from before a RETURN, was
// another decision's.
absl::Status IsBrought(const Case& c, std::string_view kind) {
  if (HasDocument(c.step.documents, kind)) return absl::OkStatus();
  return Refused(Reason::kDocumentMissing,
                 "this step must bring a document of kind " + std::string(kind),
                 {{"kind", std::string(kind)}});
}

absl::Status DocumentIsGiven(const Case& c) { return IsBrought(c, c.row.document); }

// Dates outside the parent's are the unit's wish until another person grants it.
absl::Status DatesAreWaived(const Case& c) {
  if (!HasDocument(c.file.project.documents, kDatesWaiver)) return absl::OkStatus();
  return IsBrought(c, kDatesWaiver);
}

absl::Status IsOtherPerson(const Case& c) {
  if (c.step.actor != c.project.declared_by) return absl::OkStatus();
  return Refused(Reason::kSamePerson, "who declared a project may not review it");
}

absl::Status BudgetLineIsThere(const Case& c) {
  if (c.ledger.lines > 0) return absl::OkStatus();
  return Refused(Reason::kNoBudgetLine, "the project has no approved budget line",
                 {{"lines", "0"}});
}

absl::Status ActiveLineIsThere(const Case& c) {
  if (c.ledger.active_lines > 0) return absl::OkStatus();
  return Refused(Reason::kNoActiveLine, "none of the project's budget lines is active",
                 {{"lines", std::to_string(c.ledger.lines)}, {"active_lines", "0"}});
}

absl::Status ContractIsEffective(const Case& c) {
  if (c.contracts.effective > 0) return absl::OkStatus();
  return Refused(Reason::kNoEffectiveContract, "the project has no contract in force",
                 {{"open_contracts", std::to_string(c.contracts.open)}});
}

absl::Status WorkItemsAreThere(const Case& c) {
  if (!c.file.work_items.empty()) return absl::OkStatus();
  return Refused(Reason::kNoWorkItems, "without work items progress could not be measured");
}

absl::Status WorkIsComplete(const Case& c) {
  if (c.project.physical_bp == kWholeBp) return absl::OkStatus();
  for (const DocumentRef& document : c.project.documents) {
    if (document.kind == kCompletionWaiver && document.brought_by != c.step.actor)
      return absl::OkStatus();
  }
  return Refused(Reason::kWorkNotComplete,
                 "physical progress is below 100 % and no other person has waived the rest",
                 {{"physical_bp", std::to_string(c.project.physical_bp)}});
}

absl::Status NothingIsOpen(const Case& c) {
  if (c.contracts.open == 0 && c.ledger.encumbered_minor == 0 && c.ledger.in_transit_minor == 0 &&
      c.ledger.foreign_open_lines == 0) {
    return absl::OkStatus();
  }
  return Refused(Reason::kOpenCommitments, "contracts, encumbrances or payments are still open",
                 {{"open_contracts", std::to_string(c.contracts.open)},
                  {"encumbered", std::to_string(c.ledger.encumbered_minor)},
                  {"in_transit", std::to_string(c.ledger.in_transit_minor)}});
}

// Settled = paid + retained. What is retained is still encumbered on the lines: SETTLE left the
// settlement less the payments. A difference, e.g. payments without contract, is accepted when the
// final account that explains it is given, with a reason.
absl::Status IsSettled(const Case& c) {
  const __int128 accounted =
      static_cast<__int128>(c.ledger.net_paid_minor) + c.ledger.encumbered_minor;
  const bool equal = accounted == c.contracts.settled_minor && c.ledger.in_transit_minor == 0 &&
                     c.ledger.foreign_used_lines == 0;
  const bool explained = !c.step.reason.empty() && c.ledger.in_transit_minor == 0 &&
                         HasDocument(c.step.documents, kFinalAccount);
  if (equal || explained) return absl::OkStatus();
  return Refused(Reason::kSettlementDiffers,
                 "the settlements differ from what was paid and retained; explain it by a "
                 "FINAL_ACCOUNT document and a reason",
                 {{"settled", std::to_string(c.contracts.settled_minor)},
                  {"net_paid", std::to_string(c.ledger.net_paid_minor)},
                  {"retained", std::to_string(c.ledger.encumbered_minor)},
                  {"in_transit", std::to_string(c.ledger.in_transit_minor)}});
}

struct GuardRow {
  Guard guard;
  absl::Status (*check)(const Case&);
};

constexpr std::array kGuards = {
    GuardRow{kDeclarationComplete, DeclarationIsComplete},
    GuardRow{kTargetsGiven, TargetsAreGiven},
    GuardRow{kDocumentGiven, DocumentIsGiven},
    GuardRow{kDatesWaived, DatesAreWaived},
    GuardRow{kOtherPerson, IsOtherPerson},
    GuardRow{kBudgetLineExists, BudgetLineIsThere},
    GuardRow{kActiveLineExists, ActiveLineIsThere},
    GuardRow{kContractEffective, ContractIsEffective},
    GuardRow{kWorkItemsExist, WorkItemsAreThere},
    GuardRow{kWorkComplete, WorkIsComplete},
    GuardRow{kNothingOpen, NothingIsOpen},
    GuardRow{kSettled, IsSettled},
};

absl::Status CheckState(const Project& project, const Transition& row) {
  if ((row.from & (1U << static_cast<uint32_t>(project.state))) != 0) return absl::OkStatus();
  return Refused(
      Reason::kWrongState,
      std::string(Name(row.command)) + " does not start from " + std::string(Name(project.state)),
      {{"state", std::string(Name(project.state))}, {"command", std::string(Name(row.command))}});
}

}  // namespace

std::span<const Transition> Transitions() { return kTransitions; }

bool MayBring(Desk desk, std::string_view kind) {
  for (const DocumentDesk& row : kDocumentDesks) {
    if (row.kind == kind) return (row.desks & (1U << static_cast<uint32_t>(desk))) != 0;
  }
  return kind == kContractDocument || kind == kOtherDocument;
}

const Transition* Find(ProjectCommand command) {
  for (const Transition& row : kTransitions) {
    if (row.command == command) return &row;
  }
  return nullptr;
}

bool AsksLedger(const Transition& transition) {
  return (transition.guards & (kBudgetLineExists | kActiveLineExists | kNothingOpen | kSettled)) !=
         0;
}

std::vector<std::string> MissingFromDeclaration(const Project& project) {
  std::vector<std::string> missing;
  const auto need = [&](bool given, std::string_view part) {
    if (!given) missing.emplace_back(part);
  };
  need(!project.code.empty(), "code");
  need(!project.name.empty(), "name");
  need(!project.sector.empty(), "sector");
  need(project.approved_investment_minor > 0, "approved_investment");
  need(project.planned_start.has_value(), "planned_start");
  need(project.planned_end.has_value(), "planned_end");
  need(HasDocument(project.documents, kDeclarationDocument), "document:DECLARATION");
  return missing;
}

absl::Status CheckVersion(const Project& project, int64_t expected_version) {
  if (expected_version == 0 || expected_version == project.version) return absl::OkStatus();
  return Refused(Reason::kVersionMismatch, "the project was changed meanwhile; read it again",
                 {{"expected_version", std::to_string(expected_version)},
                  {"version", std::to_string(project.version)}});
}

absl::StatusOr<ProjectChange> Decide(const ProjectFile& file, const ProjectStep& step,
                                     const LedgerView& ledger, const ContractView& contracts) {
  const Transition* row = Find(step.command);
  if (row == nullptr) return absl::InternalError("a step without command reached the domain");
  RETURN_IF_ERROR(CheckVersion(file.project, step.expected_version));
  RETURN_IF_ERROR(CheckState(file.project, *row));
  Project project = file.project;
  AddDocuments(step.documents, project.documents);
  const Case c{project, file, step, *row, ledger, contracts};
  for (const GuardRow& guard : kGuards) {
    if ((row->guards & guard.guard) != 0) RETURN_IF_ERROR(guard.check(c));
  }
  if (project.observed) {
    return Refused(Reason::kObservedProject,
                   "an observed project is moved by the reports of its source only");
  }
  project.state = row->to;
  if (step.command == ProjectCommand::kDeclare) project.declared_by = step.actor;
  ProjectChange change{.after = file, .events = {}};
  Append(ProjectStateChanged{.project = std::move(project),
                             .from = file.project.state,
                             .command = step.command,
                             .effective_date = step.effective_date,
                             .reason = step.reason},
         change);
  if (step.command == ProjectCommand::kStart) {
    Append(BaselineSet{.work_items = file.work_items,
                       .milestones = file.milestones,
                       .frozen = true,
                       .effective_date = step.effective_date},
           change);
  }
  return change;
}

}  // namespace fiscus::projects
