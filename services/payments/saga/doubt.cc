#include "services/payments/saga/doubt.h"

#include "libs/runtime/metrics.h"
#include "services/payments/saga/commit.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

constexpr absl::Duration kReadMax = absl::Seconds(2);
// As many failures as the timers' growing delays leave room for in kDoubtMax.
constexpr int kLedgerFailuresMax = 36;

}  // namespace

absl::Status MeasureDoubt(const Deps& deps) {
  static prometheus::Gauge& gauge = metrics::Gauge(
      "fiscus_payments_in_doubt", "Payments whose outcome has been open for over 15 minutes");
  const Call call = JobCall(deps, "", kReadMax);
  return deps.database.Read("", call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t count, store::CountDoubtful(tx, kDoubtTimer, deps.clock.Now(),
                                                               kLedgerTimer, kLedgerFailuresMax));
    gauge.Set(static_cast<double>(count));
    return absl::OkStatus();
  });
}

}  // namespace fiscus::payments
