// The life cycle of a project (domain B1): one table of commands, states and guards; pure.
//
// Called by rpc/ with the project locked by the caller's transaction; ledger figures are fetched
// before it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

// What must hold before a step, one bit each, in the order of their reasons.
enum Guard : uint32_t {
  kDeclarationComplete = 1U << 0,  // DECLARATION_INCOMPLETE
  kTargetsGiven = 1U << 1,         // TARGETS_MISSING: no target, no budget
  kDocumentGiven = 1U << 2,        // DOCUMENT_MISSING: the step brings Transition::document
  kOtherPerson = 1U << 3,          // SAME_PERSON: reviewer ≠ declarer
  kBudgetLineExists = 1U << 4,     // NO_BUDGET_LINE
  kActiveLineExists = 1U << 5,     // NO_ACTIVE_LINE
  kContractEffective = 1U << 6,    // NO_EFFECTIVE_CONTRACT
  kWorkItemsExist = 1U << 7,       // NO_WORK_ITEMS
  kWorkComplete = 1U << 8,         // WORK_NOT_COMPLETE, unless another person waived it
  kNothingOpen = 1U << 9,          // OPEN_COMMITMENTS
  kSettled = 1U << 10,      // SETTLEMENT_DIFFERS, unless explained by a FINAL_ACCOUNT and a reason
  kDatesWaived = 1U << 11,  // DOCUMENT_MISSING: a DATES_WAIVER that the unit asks for is granted
};

// Which role's RPC accepts a command.
enum class Desk { kUnit, kReview, kPlanning, kFinance, kExecution, kAcceptance };

// True if documents of this kind are brought by this desk (drafts are the unit's).
bool MayBring(Desk desk, std::string_view kind);

// One row of the table.
struct Transition {
  ProjectCommand command;
  Desk desk;
  uint32_t from;  // states, bit 1 << state
  ProjectState to;
  uint32_t guards = 0;        // Guard bits
  std::string_view document;  // of kDocumentGiven
  bool reason_needed =
      false;  // a reason or opinion is mandatory (checked when the request is parsed)
};

// The table, a row for each command.
std::span<const Transition> Transitions();

// The row of a command; nullptr for kNone.
const Transition* Find(ProjectCommand command);

// True if the guards of this command ask the ledger.
bool AsksLedger(const Transition& transition);

// What the ledger says about all lines of a project, of all years; minor units of the project's
// currency.
struct LedgerView {
  int64_t lines = 0;         // approved: their year is open, and something is authorised
  int64_t active_lines = 0;  // in state ACTIVE
  int64_t encumbered_minor = 0;
  int64_t in_transit_minor = 0;
  int64_t net_paid_minor = 0;  // paid − refunded
  // Lines in another currency, whose sums cannot be added: with money held, and with money held or
  // paid.
  int64_t foreign_open_lines = 0;
  int64_t foreign_used_lines = 0;
};

// What the contracts of a project say.
struct ContractView {
  int64_t effective = 0;      // in state EFFECTIVE
  int64_t open = 0;           // SIGNED .. WARRANTY
  int64_t settled_minor = 0;  // Σ settlement of SETTLED, WARRANTY, CLOSED
};

// A command as given.
struct ProjectStep {
  ProjectCommand command = ProjectCommand::kNone;
  int64_t expected_version = 0;  // 0: any
  absl::CivilDay effective_date;
  std::string reason;
  std::vector<DocumentRef> documents;  // brought by the step: only they count for its guards
  std::string actor;
};

// Decides one step.
// Refuses, in this order: VERSION_MISMATCH, WRONG_STATE, then the row's guards in the order of
// their reasons, OBSERVED_PROJECT. Effects: START also freezes the baseline (a second event).
absl::StatusOr<ProjectChange> Decide(const ProjectFile& file, const ProjectStep& step,
                                     const LedgerView& ledger, const ContractView& contracts);

// VERSION_MISMATCH unless `expected_version` is 0 or the present one.
absl::Status CheckVersion(const Project& project, int64_t expected_version);

// The parts of a declaration that are absent, e.g. "sector", "document:DECLARATION"; all at once,
// in a fixed order.
std::vector<std::string> MissingFromDeclaration(const Project& project);

}  // namespace fiscus::projects
