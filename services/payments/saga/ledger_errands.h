// Errands at the ledger. Each returns OK when the payment has moved on, or an error when the ledger
// must be asked again.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/payments/deps.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

// What is done, for which payment as it was stored when the run began.
struct ErrandRun {
  const Deps& deps;
  const Call& call;
  const Payment& payment;
};

// Does the reservation still stand? EXPIRED if not.
absl::Status CheckExpiry(const ErrandRun& run);
// Phase two: the clearing is posted, then CLEARED is visible.
absl::Status PostClearing(const ErrandRun& run);
// Phase two: the hold is given back.
absl::Status VoidHold(const ErrandRun& run);
// The oldest refund that the ledger does not know yet.
absl::Status SettleNextRefund(const ErrandRun& run);
// Keeps the reservation from expiring. False: it is gone, and the payment is EXPIRED now.
absl::StatusOr<bool> ConfirmHold(const ErrandRun& run);

}  // namespace fiscus::payments
