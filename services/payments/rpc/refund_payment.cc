#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/saga/refunds.h"

namespace fiscus::payments {

absl::StatusOr<v1::Payment> RefundPayment(const Deps& deps, const Call& call,
                                          const v1::RefundPaymentRequest& request) {
  return RecordRefund(deps, call, request);
}

}  // namespace fiscus::payments
