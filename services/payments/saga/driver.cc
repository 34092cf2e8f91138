#include "services/payments/saga/driver.h"

#include "libs/core/ids.h"
#include "libs/runtime/metrics.h"
#include "services/payments/saga/bank_errands.h"
#include "services/payments/saga/commit.h"
#include "services/payments/saga/ledger_errands.h"
#include "services/payments/saga/submission.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

// A thread is back for other errands after this time, whatever its peers do.
constexpr absl::Duration kErrandMax = absl::Seconds(20);

absl::Status Run(Errand errand, const ErrandRun& run) {
  switch (errand) {
    case Errand::kNone:
      return absl::OkStatus();
    case Errand::kReserve:
      return ResumeSubmission(run.deps, run.call, run.payment);
    case Errand::kCheckExpiry:
      return CheckExpiry(run);
    case Errand::kSend:
      return SendOrder(run);
    case Errand::kQuery:
      return QueryBank(run);
    case Errand::kPost:
      return PostClearing(run);
    case Errand::kVoid:
      return VoidHold(run);
    case Errand::kRefund:
      return SettleNextRefund(run);
  }
  return absl::InternalError("unknown errand");
}

}  // namespace

absl::Status RunErrand(const Deps& deps, std::string_view kind, const pg::Timer& timer) {
  const Call call = JobCall(deps, timer.tenant, kErrandMax);
  Payment payment;
  RETURN_IF_ERROR(deps.database.Read(timer.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(payment, store::LoadOne(tx, timer.subject));
    return absl::OkStatus();
  }));
  const Errand errand = NextErrand(payment);
  // The payment has moved on; what it has to do now has a timer of its own.
  if (errand == Errand::kNone || TimerOf(errand) != kind) return absl::OkStatus();
  const absl::Status done = Run(errand, {deps, call, payment});
  metrics::Counter(
      "fiscus_payments_errands_total", "Errands of payments, by outcome",
      {{"errand", std::string(ErrandName(errand))}, {"ok", done.ok() ? "true" : "false"}})
      .Increment();
  return done;
}

void HandleTimers(const Deps& deps, pg::TimerRunner& ledger, pg::TimerRunner& bank) {
  ledger.Handle(std::string(kLedgerTimer),
                [&deps](const pg::Timer& timer) { return RunErrand(deps, kLedgerTimer, timer); });
  bank.Handle(std::string(kBankTimer),
              [&deps](const pg::Timer& timer) { return RunErrand(deps, kBankTimer, timer); });
}

}  // namespace fiscus::payments
