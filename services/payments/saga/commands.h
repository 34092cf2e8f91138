// A person's command on one payment: the write path shared by approval, order, return and
// withdrawal.
#pragma once

#include "absl/status/statusor.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "libs/runtime/call.h"
#include "services/payments/deps.h"
#include "services/payments/domain/transitions.h"

namespace fiscus::payments {

// Parses, locks the payment, decides, saves; the payment after it, without steps. Return and
// withdrawal need a note; an order asks projects whether payments are held meanwhile.
// Refuses: FIELD_INVALID, PAYMENT_NOT_FOUND, for an order as CheckOrder, then as Decide.
// UNAVAILABLE: an order while projects does not answer.
absl::StatusOr<v1::Payment> RunCommand(const Deps& deps, const Call& call, Command command,
                                       const v1::PaymentCommandRequest& request);

}  // namespace fiscus::payments
