#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/saga/submission.h"

namespace fiscus::payments {

absl::StatusOr<v1::Payment> SubmitPayment(const Deps& deps, const Call& call,
                                          const v1::SubmitPaymentRequest& request) {
  const Asked asked = {request.request_id(), ParseSubmission(request)};
  RETURN_IF_ERROR(asked.request.status());
  if (request.validate_only()) {
    ASSIGN_OR_RETURN(const Payment payment, Rehearse(deps, call, asked));
    return ToProto(payment);
  }
  ASSIGN_OR_RETURN(const std::vector<Outcome> outcomes, Submit(deps, call, {asked}));
  RETURN_IF_ERROR(outcomes.front().status);
  return ToProto(*outcomes.front().payment);
}

}  // namespace fiscus::payments
