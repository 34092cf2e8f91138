#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/core/dates.h"
#include "libs/rpc/parse.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/deps.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

absl::StatusOr<v1::Payment> GetPayment(const Deps& deps, const Call& call,
                                       const v1::GetPaymentRequest& request) {
  rpc::Fields fields;
  const std::string payment_id = fields.Uuid("payment_id", request.payment_id());
  RETURN_IF_ERROR(fields.status());
  v1::Payment response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Payment payment, store::LoadOne(tx, payment_id));
        ASSIGN_OR_RETURN(const std::vector<store::Step> steps, store::LoadSteps(tx, payment_id));
        response = ToProto(payment);
        for (const store::Step& step : steps) {
          v1::PaymentStep* out = response.add_steps();
          out->set_state(static_cast<v1::PaymentState>(step.state));
          out->set_at(FormatTimestamp(step.at));
          out->mutable_actor()->set_subject(step.actor.subject);
          out->mutable_actor()->set_on_behalf_of(step.actor.on_behalf_of);
          out->set_note(step.note);
        }
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::payments
