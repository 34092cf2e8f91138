#include "services/projects/saga/contract_saga.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/events/outbox.h"
#include "libs/pg/transact.h"
#include "libs/runtime/log.h"
#include "services/projects/codec/convert.h"
#include "services/projects/domain/reason.h"
#include "services/projects/store/contract_store.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {
namespace {

// The timer takes over when the caller's own attempt must be over.
constexpr absl::Duration kTakeOverMin = absl::Seconds(5);
constexpr absl::Duration kTakeOverMax = absl::Seconds(60);
constexpr absl::Duration kResumeSoon = absl::Seconds(1);
constexpr absl::Duration kHastenLimit = absl::Seconds(2);
constexpr absl::Duration kResumeLimit = absl::Seconds(20);
constexpr int64_t kBusyRetryMs = 1'000;

// Project and contract, locked in this order.
struct Locked {
  Project project;
  Contract contract;
  std::optional<Modification> modification;
};

absl::StatusOr<Locked> Lock(pg::Tx& tx, const StepRequest& request) {
  Locked locked;
  std::string contract_id = request.contract_id;
  if (!request.modification_id.empty()) {
    ASSIGN_OR_RETURN(const Modification found, LoadModification(tx, request.modification_id));
    contract_id = found.contract_id;
  }
  ASSIGN_OR_RETURN(const Contract found,
                   LoadContract(tx, contract_id));  // its project never changes
  ASSIGN_OR_RETURN(ProjectFile file, LockProject(tx, found.project_id, Depth::kProject));
  locked.project = std::move(file.project);
  ASSIGN_OR_RETURN(locked.contract, LockContract(tx, contract_id));
  if (!request.modification_id.empty()) {  // again, now that nobody can decide it beside us
    ASSIGN_OR_RETURN(locked.modification, LoadModification(tx, request.modification_id));
  }
  return locked;
}

// Checks and decides under the locks.
absl::StatusOr<ContractChange> DecideNow(pg::Tx& tx, const Locked& locked,
                                         const StepRequest& request) {
  const Contract& contract = locked.contract;
  if (locked.modification.has_value()) {
    ASSIGN_OR_RETURN(const int64_t others,
                     OtherContractValues(tx, contract.project_id, contract.contract_id));
    RETURN_IF_ERROR(
        CheckApproval(locked.project, contract, *locked.modification, others, request.step.actor));
    return MakeEffective(contract, *locked.modification, request.step.effective_date,
                         request.step.actor);
  }
  bool work_complete = true;
  if (request.step.command == ContractCommand::kPerform) {
    ASSIGN_OR_RETURN(work_complete, WorkComplete(tx, contract.contract_id));
  }
  RETURN_IF_ERROR(Check(locked.project, contract, request.step, work_complete));
  return Take(contract, request.step);
}

absl::StatusOr<v1::Contract> Save(pg::Tx& tx, const Call& call, const Contract& before,
                                  const ContractChange& change) {
  RETURN_IF_ERROR(UpdateContract(tx, change.after));
  if (change.after.payees != before.payees) RETURN_IF_ERROR(ReplacePayees(tx, change.after));
  if (const auto* modified = std::get_if<ContractModified>(&change.event)) {
    RETURN_IF_ERROR(MarkEffective(tx, modified->modification.modification_id, call.Actor()));
  }
  RETURN_IF_ERROR(events::Append(tx, call, {ToEvent(change.event)}).status());
  v1::Contract after = ToProto(change.after);
  tx.AuditSubject(ContractName(before.contract_id), ToProto(before).SerializeAsString(),
                  after.SerializeAsString());
  return after;
}

// A step that does not concern the ledger, in one transaction.
absl::StatusOr<v1::Contract> TakeAtOnce(const Deps& deps, const Call& call,
                                        const StepRequest& request) {
  return pg::Transact<v1::Contract>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Contract> {
        ASSIGN_OR_RETURN(const Locked locked, Lock(tx, request));
        ASSIGN_OR_RETURN(const auto pending, FindStep(tx, locked.contract.contract_id));
        if (pending.has_value()) return Busy(locked.contract);
        ASSIGN_OR_RETURN(const ContractChange change, DecideNow(tx, locked, request));
        // The contract was moved since Begin looked: its step now concerns the ledger.
        if (change.order.kind != LedgerOrder::Kind::kNone) return Busy(locked.contract);
        return Save(tx, call, locked.contract, change);
      });
}

bool MayAskLedger(const StepRequest& request) {
  return !request.modification_id.empty() || request.step.command == ContractCommand::kActivate ||
         request.step.command == ContractCommand::kSettle ||
         request.step.command == ContractCommand::kClose ||
         request.step.command == ContractCommand::kTerminate;
}

// A step that was written, and the contract that it is about.
struct Begun {
  PendingStep pending;
  Contract contract;
};

PendingStep PendingOf(const Call& call, const Locked& locked, const StepRequest& request,
                      const LedgerOrder& order) {
  return {.contract_id = locked.contract.contract_id,
          .step_id = NewUuid(),
          .step = request.step,
          .modification_id = request.modification_id,
          .order = order,
          .request_id = call.request_id,
          .request_digest = call.request_digest,
          .method = call.method,
          .intent = call.intent,
          .subject = call.caller.subject,
          .on_behalf_of = call.caller.on_behalf_of,
          .traceparent = call.traceparent,
          .started_at = call.now};
}

// Transaction 1. Empty: the step does not concern the ledger, or was answered before.
absl::StatusOr<std::optional<Begun>> Begin(const Deps& deps, const Call& call,
                                           const StepRequest& request) {
  std::optional<Begun> begun;
  RETURN_IF_ERROR(
      deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        begun.reset();
        ASSIGN_OR_RETURN(const auto answered, pg::FindRequests(tx, {call.request_id}));
        if (!answered.empty()) return absl::OkStatus();
        ASSIGN_OR_RETURN(const Locked locked, Lock(tx, request));
        ASSIGN_OR_RETURN(const auto pending, FindStep(tx, locked.contract.contract_id));
        if (pending.has_value()) {
          if (pending->request_id != call.request_id) return Busy(locked.contract);
          if (pending->request_digest != call.request_digest)
            return pg::RequestIdReused(call.request_id);
          begun = Begun{.pending = *pending, .contract = locked.contract};
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const ContractChange change, DecideNow(tx, locked, request));
        if (change.order.kind == LedgerOrder::Kind::kNone) return absl::OkStatus();
        begun = Begun{.pending = PendingOf(call, locked, request, change.order),
                      .contract = locked.contract};
        RETURN_IF_ERROR(InsertStep(tx, begun->pending));
        const absl::Duration left = call.deadline - call.now + absl::Seconds(1);
        return pg::ScheduleTimer(tx, kStepTimer, locked.contract.contract_id,
                                 call.now + std::clamp(left, kTakeOverMin, kTakeOverMax));
      }));
  return begun;
}

LedgerCommand CommandOf(const Begun& begun) {
  const PendingStep& pending = begun.pending;
  return {.request_id = NamedUuid("fiscus.projects.contract-step", pending.step_id),
          .line_id = begun.contract.line_id,
          .contract_id = pending.contract_id,
          .project_id = begun.contract.project_id,
          .currency = begun.contract.currency,
          .amount_minor = pending.order.amount_minor,
          .effective_date = pending.step.effective_date};
}

// Releases whatever is open, for good: a payment that is under way may still give money back.
absl::Status LiquidateAll(const Deps& deps, const Call& call, const Begun& begun) {
  LedgerCommand command = CommandOf(begun);
  command.contract_over = true;
  return deps.ledger.Liquidate(call, command);
}

absl::Status AskLedger(const Deps& deps, const Call& call, const Begun& begun) {
  const LedgerOrder& order = begun.pending.order;
  switch (order.kind) {
    case LedgerOrder::Kind::kEncumber:
      return deps.ledger.Encumber(call, CommandOf(begun));
    case LedgerOrder::Kind::kLiquidate:
      return deps.ledger.Liquidate(call, CommandOf(begun));
    case LedgerOrder::Kind::kLiquidateAll:
      return LiquidateAll(deps, call, begun);
    case LedgerOrder::Kind::kNone:
      break;
  }
  return absl::InternalError("a step without order was written");
}

// True if the ledger has decided against it: nothing was booked and nothing will be.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

// Transaction 2 after the ledger's yes: what was decided takes effect, whatever changed meanwhile.
absl::StatusOr<v1::Contract> Complete(const Deps& deps, const Call& call,
                                      const PendingStep& pending) {
  return pg::Transact<v1::Contract>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Contract> {
        ASSIGN_OR_RETURN(const Contract contract, LockContract(tx, pending.contract_id));
        ASSIGN_OR_RETURN(const auto present, FindStep(tx, pending.contract_id));
        if (!present.has_value() || present->step_id != pending.step_id) return Busy(contract);
        RETURN_IF_ERROR(DeleteStep(tx, pending));
        RETURN_IF_ERROR(pg::CancelTimer(tx, kStepTimer, pending.contract_id));
        if (pending.modification_id.empty()) {
          return Save(tx, call, contract, Take(contract, pending.step));
        }
        ASSIGN_OR_RETURN(const Modification modification,
                         LoadModification(tx, pending.modification_id));
        return Save(
            tx, call, contract,
            MakeEffective(contract, modification, pending.step.effective_date, pending.step.actor));
      });
}

// Transaction 2 after the ledger's no: the contract is as it was.
absl::Status Withdraw(const Deps& deps, const Call& call, const PendingStep& pending) {
  return deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(LockContract(tx, pending.contract_id).status());
    ASSIGN_OR_RETURN(const auto present, FindStep(tx, pending.contract_id));
    if (!present.has_value() || present->step_id != pending.step_id) return absl::OkStatus();
    RETURN_IF_ERROR(DeleteStep(tx, pending));
    return pg::CancelTimer(tx, kStepTimer, pending.contract_id);
  });
}

absl::StatusOr<v1::Contract> Drive(const Deps& deps, const Call& call, const Begun& begun) {
  const absl::Status status = AskLedger(deps, call, begun);
  if (status.ok()) return Complete(deps, call, begun.pending);
  if (IsRefusal(status)) {
    RETURN_IF_ERROR(Withdraw(deps, call, begun.pending));
    return status;
  }
  return absl::UnavailableError("the ledger does not answer (" + std::string(status.message()) +
                                "); the contract's step goes on by itself");
}

// The caller's attempt is over and the outcome open: the timer need not wait until the attempt must
// be over. If this fails, it takes over later.
void Hasten(const Deps& deps, const Call& call, const PendingStep& pending) {
  const absl::Time now = deps.clock.Now();
  const absl::Status hastened =
      deps.database.Write(call.caller.tenant, now + kHastenLimit, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const auto present, FindStep(tx, pending.contract_id));
        if (!present.has_value() || present->step_id != pending.step_id) return absl::OkStatus();
        return pg::ScheduleTimer(tx, kStepTimer, pending.contract_id, now + kResumeSoon);
      });
  if (!hastened.ok()) {
    log::Warning("a contract's step resumes late", {{"contract_id", pending.contract_id}});
  }
}

// The call that asked, as the timer repeats it: same person, same request, own deadline.
Call CallOf(const PendingStep& pending, const std::string& tenant, absl::Time now) {
  Call call = SystemCall("projects", tenant, now, kResumeLimit);
  call.caller.service.clear();  // it is the person that acts, not the service
  call.caller.subject = pending.subject;
  call.caller.on_behalf_of = pending.on_behalf_of;
  call.method = pending.method;
  call.intent = pending.intent;
  call.request_id = pending.request_id;
  call.request_digest = pending.request_digest;
  call.traceparent = pending.traceparent;
  return call;
}

}  // namespace

absl::Status Busy(const Contract& contract) {
  return WithRetryAfter(Refused(Reason::kContractBusy,
                                "a step of this contract with the ledger is under way; try again",
                                {{"contract_id", contract.contract_id}}),
                        kBusyRetryMs);
}

absl::StatusOr<v1::Contract> TakeStep(const Deps& deps, const Call& call,
                                      const StepRequest& request) {
  if (MayAskLedger(request)) {
    ASSIGN_OR_RETURN(const std::optional<Begun> begun, Begin(deps, call, request));
    if (begun.has_value()) {
      absl::StatusOr<v1::Contract> taken = Drive(deps, call, *begun);
      if (!taken.ok() && !RefusalOf(taken.status()).has_value()) Hasten(deps, call, begun->pending);
      return taken;
    }
  }
  return TakeAtOnce(deps, call, request);
}

absl::Status ResumeStep(const Deps& deps, const pg::Timer& timer) {
  const absl::Time now = deps.clock.Now();
  std::optional<Begun> begun;
  RETURN_IF_ERROR(
      deps.database.Read(timer.tenant, now + kResumeLimit, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const auto pending, FindStep(tx, timer.subject));
        if (!pending.has_value()) return absl::OkStatus();
        ASSIGN_OR_RETURN(const Contract contract, LoadContract(tx, timer.subject));
        begun = Begun{.pending = *pending, .contract = contract};
        return absl::OkStatus();
      }));
  if (!begun.has_value()) return absl::OkStatus();
  const Call call = CallOf(begun->pending, timer.tenant, now);
  const absl::StatusOr<v1::Contract> taken = Drive(deps, call, *begun);
  // A refusal is an outcome too: the step was withdrawn. CONTRACT_BUSY: somebody else finished it.
  const bool settled = taken.ok() || RefusalOf(taken.status()).has_value();
  return settled ? absl::OkStatus() : taken.status();
}

}  // namespace fiscus::projects
