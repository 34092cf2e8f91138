#include "services/payments/saga/ledger_errands.h"

#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/domain/errand.h"
#include "services/payments/domain/transitions.h"
#include "services/payments/saga/commit.h"
#include "services/payments/saga/refunds.h"
#include "services/payments/store/bank_store.h"

namespace fiscus::payments {
namespace {

const std::string& IdOf(const ErrandRun& run) { return run.payment.request.payment_id; }

absl::CivilDay SettlesOn(const Payment& payment) {
  return payment.settles_on.value_or(payment.request.effective_date);
}

// The reservation is no longer there to be used.
bool IsGone(const absl::Status& answer) {
  return HasReason(answer, "RESERVATION_RESOLVED") || HasReason(answer, "RESERVATION_NOT_FOUND");
}

absl::Status ExpireNow(const ErrandRun& run, std::string_view why) {
  return Change(run.deps, run.call, IdOf(run),
                [&](const Payment& payment) {
                  return Expire(payment, MomentOf(run.call, payment.request.effective_date,
                                                  std::string(why)));
                })
      .status();
}

// The ledger refuses what it must be able to do: people have to look. Counted and logged each time,
// remarked once; tried again for ever, each time as a new command, because the bank's fact does not
// go away and the cause may be mended.
absl::Status Stuck(const ErrandRun& run, std::string_view command, const absl::Status& refusal) {
  metrics::Counter("fiscus_payments_stuck_total",
                   "Ledger commands of payments that were refused for good",
                   {{"command", std::string(command)}})
      .Increment();
  log::Error("the ledger refuses a payment's command", {{"command", command},
                                                        {"payment_id", IdOf(run)},
                                                        {"tenant", run.call.caller.tenant},
                                                        {"error", std::string(refusal.message())}});
  const std::string note = "the ledger refuses to " + std::string(command) + ": " +
                           std::string(refusal.message()) + "; tried again";
  // Saved without its timer: the runner's own delay applies.
  RETURN_IF_ERROR(run.deps.database.Write(
      run.call.caller.tenant, run.call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Payment before, store::LockOne(tx, IdOf(run)));
        // Owes the ledger something else by now: that command was not refused.
        if (NextErrand(before) != NextErrand(run.payment)) return absl::OkStatus();
        const Decision decision = LedgerRefused(before, run.payment.ledger_attempt,
                                                MomentOf(run.call, SettlesOn(before), note));
        return store::Update(tx, {{before, decision}});
      }));
  return refusal;
}

}  // namespace

absl::Status CheckExpiry(const ErrandRun& run) {
  const auto reservation = run.deps.budget.GetReservation(run.call, IdOf(run));
  if (IsGone(reservation.status()))
    return ExpireNow(run, "the ledger does not know the reservation");
  RETURN_IF_ERROR(reservation.status());
  switch (reservation->state()) {
    case budget::v1::RESERVATION_STATE_EXPIRED:
    case budget::v1::RESERVATION_STATE_VOIDED:
      return ExpireNow(run, "the reservation expired before the payment was ordered");
    default:
      return absl::UnavailableError("the ledger has not expired the reservation yet");
  }
}

absl::Status PostClearing(const ErrandRun& run) {
  const absl::Status posted = run.deps.budget.Post(run.call, PostFor(run.payment));
  if (!posted.ok()) return IsDecided(posted) ? Stuck(run, "post", posted) : posted;
  return Change(run.deps, run.call, IdOf(run),
                [&](const Payment& payment) {
                  return Posted(payment,
                                MomentOf(run.call, SettlesOn(payment), payment.bank_reference));
                })
      .status();
}

absl::Status VoidHold(const ErrandRun& run) {
  const absl::Status voided = run.deps.budget.Void(run.call, VoidFor(run.payment));
  if (!voided.ok() && !IsGone(voided))
    return IsDecided(voided) ? Stuck(run, "void", voided) : voided;
  return Change(run.deps, run.call, IdOf(run),
                [&](const Payment& payment) {
                  return Released(
                      payment, MomentOf(run.call, SettlesOn(payment), "the reservation is voided"));
                })
      .status();
}

absl::Status SettleNextRefund(const ErrandRun& run) {
  std::optional<store::Refund> refund;
  RETURN_IF_ERROR(run.deps.database.Read(
      run.call.caller.tenant, run.call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(refund, store::LoadPendingRefund(tx, IdOf(run)));
        return absl::OkStatus();
      }));
  if (!refund.has_value()) return absl::OkStatus();
  const absl::StatusOr<v1::Payment> settled = SettleRefund(run.deps, run.call, refund->refund_id);
  // A refusal is recorded with the refund; only silence is tried again.
  return IsDecided(settled.status()) ? absl::OkStatus() : settled.status();
}

absl::StatusOr<bool> ConfirmHold(const ErrandRun& run) {
  const absl::Status confirmed = run.deps.budget.Confirm(run.call, ConfirmFor(run.payment));
  if (confirmed.ok()) return true;
  if (!IsGone(confirmed))
    return IsDecided(confirmed) ? Stuck(run, "confirm", confirmed) : confirmed;
  RETURN_IF_ERROR(ExpireNow(run, "the reservation was gone when the payment was ordered"));
  return false;
}

}  // namespace fiscus::payments
