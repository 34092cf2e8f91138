#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/parse.h"
#include "services/projects/saga/contract_saga.h"

namespace fiscus::projects {

absl::StatusOr<v1::Contract> ApproveModification(const Deps& deps, const Call& call,
                                                 const v1::ApproveModificationRequest& request) {
  rpc::Fields fields;
  fields.Uuid("modification_id", request.modification_id());
  const ContractStep step{.effective_date = PastDate(fields, "effective_date",
                                                     request.effective_date(), AuthorOf(call)),
                          .reason = {},
                          .actor = call.Actor()};
  RETURN_IF_ERROR(fields.status());
  return TakeStep(deps, call,
                  {.contract_id = {}, .modification_id = request.modification_id(), .step = step});
}

}  // namespace fiscus::projects
