#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/deps.h"
#include "services/payments/domain/scopes.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

absl::StatusOr<store::Page> Parse(const Call& call, const v1::ListPaymentsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  fields.Check(v1::PaymentState_IsValid(request.state()), "state", "is not a state of a payment");
  store::Page page{.scopes = Narrow(call.caller.ScopesFor(call.intent), request.under_path()),
                   .project_id = fields.OptionalUuid("project_id", request.project_id()),
                   .state = static_cast<State>(request.state())};
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(page.limit, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  if (!position.empty()) page.after_id = position.front();
  return page;
}

}  // namespace

absl::StatusOr<v1::ListPaymentsResponse> ListPayments(const Deps& deps, const Call& call,
                                                      const v1::ListPaymentsRequest& request) {
  ASSIGN_OR_RETURN(store::Page page, Parse(call, request));
  v1::ListPaymentsResponse response;
  if (page.scopes.empty()) return response;
  const int wanted = page.limit++;  // one more tells whether there is a next page
  std::vector<Payment> payments;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(payments, store::List(tx, page));
        return absl::OkStatus();
      }));
  const bool more = static_cast<int>(payments.size()) > wanted;
  if (more) payments.resize(wanted);
  for (const Payment& payment : payments) *response.add_payments() = ToProto(payment);
  if (more) {
    response.set_next_page_token(
        rpc::MakePageToken(call, request, {payments.back().request.payment_id}));
  }
  return response;
}

}  // namespace fiscus::payments
