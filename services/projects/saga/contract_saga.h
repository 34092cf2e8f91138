// A contract's step that also moves money on the ledger: ACTIVATE, SETTLE, CLOSE, TERMINATE, a
// modification that becomes effective.
//
//   transaction 1  checks, writes contract_step and its timer; the contract keeps its state
//   ledger         Encumber or Liquidate, idempotent by ids derived from the step's id
//   transaction 2  done: new state, event, answer under the caller's request id; refused: the step
//   is removed
//
// A crash between them is healed by the timer, or sooner by the caller's retry with the same
// request id: both go on with the same step, so the ledger acts once. Until then other steps of the
// contract are refused with CONTRACT_BUSY. When the ledger does not answer, the caller gets
// UNAVAILABLE and the step goes on by itself. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "fiscus/projects/v1/projects.pb.h"
#include "libs/pg/timer.h"
#include "libs/runtime/call.h"
#include "services/projects/deps.h"
#include "services/projects/domain/contract.h"

namespace fiscus::projects {

// Kind of the timer that resumes steps; its subject is the contract's id.
inline constexpr char kStepTimer[] = "contract-step";

// What is asked: a step of a contract, or that a modification becomes effective.
struct StepRequest {
  std::string contract_id;      // empty with a modification
  std::string modification_id;  // empty with a step
  ContractStep step;            // with a modification: date and actor only
};

// CONTRACT_BUSY, with the time after which to try again.
absl::Status Busy(const Contract& contract);

// Takes the step and answers the contract after it. Refuses: as Check and CheckApproval,
// CONTRACT_BUSY, CONTRACT_NOT_FOUND, MODIFICATION_NOT_FOUND, and whatever the ledger refuses with
// (domain fiscus.budget.v1).
absl::StatusOr<v1::Contract> TakeStep(const Deps& deps, const Call& call,
                                      const StepRequest& request);

// Handler of kStepTimer: goes on with a step that was left under way; nothing to do is OK.
absl::Status ResumeStep(const Deps& deps, const pg::Timer& timer);

}  // namespace fiscus::projects
