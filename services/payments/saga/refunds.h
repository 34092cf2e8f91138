// The refund saga: a pending refund is recorded (by finance or by a bank event) → the ledger takes
// or refuses it → recorded with the answer, which repeats of the request get too.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "libs/runtime/call.h"
#include "services/payments/deps.h"

namespace fiscus::payments {

// Records a refund of finance as pending, in the transaction of the request record, and settles it.
// Refuses: AMOUNT_NOT_POSITIVE, PAYMENT_NOT_FOUND, REFUND_EXISTS, CURRENCY_MISMATCH, WRONG_STATE,
// EXCEEDS_CLEARED, then the ledger's reasons.
absl::StatusOr<v1::Payment> RecordRefund(const Deps& deps, const Call& call,
                                         const v1::RefundPaymentRequest& request);

// Tells the ledger, unless it knows, and records its answer: the payment after the refund, or the
// ledger's refusal. UNAVAILABLE while the ledger does not answer.
absl::StatusOr<v1::Payment> SettleRefund(const Deps& deps, const Call& call,
                                         const std::string& refund_id);

}  // namespace fiscus::payments
