#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/rpc/parse.h"
#include "libs/rpc/status_codec.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/saga/submission.h"

namespace fiscus::payments {
namespace {

Asked ParseItem(const v1::SubmitPaymentRequest& item) {
  if (item.validate_only()) {
    return {item.request_id(),
            InvalidFields({{"validate_only", "only a single SubmitPayment can be a rehearsal"}})};
  }
  return {item.request_id(), ParseSubmission(item)};
}

}  // namespace

absl::StatusOr<v1::BatchSubmitPaymentsResponse> BatchSubmitPayments(
    const Deps& deps, const Call& call, const v1::BatchSubmitPaymentsRequest& request) {
  rpc::Fields fields;
  fields.Uuid("request_id", request.request_id());
  fields.BatchSize("requests", request.requests_size(), kBatchMax);
  RETURN_IF_ERROR(fields.status());
  std::vector<Asked> asked;
  for (const v1::SubmitPaymentRequest& item : request.requests()) asked.push_back(ParseItem(item));
  ASSIGN_OR_RETURN(const std::vector<Outcome> outcomes, Submit(deps, call, asked));
  v1::BatchSubmitPaymentsResponse response;
  for (const Outcome& outcome : outcomes) {
    v1::SubmitResult* result = response.add_results();
    *result->mutable_status() = rpc::ToItem(outcome.status, kDomain);
    if (outcome.payment.has_value()) *result->mutable_payment() = ToProto(*outcome.payment);
  }
  return response;
}

}  // namespace fiscus::payments
