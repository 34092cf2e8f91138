#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/parse.h"
#include "services/projects/saga/contract_saga.h"

namespace fiscus::projects {

absl::StatusOr<v1::Contract> SignContract(const Deps& deps, const Call& call,
                                          const v1::ContractCommandRequest& request) {
  ASSIGN_OR_RETURN(const ContractStep step, ParseStep(request, /*signing=*/true, AuthorOf(call)));
  return TakeStep(deps, call,
                  {.contract_id = request.contract_id(), .modification_id = {}, .step = step});
}

}  // namespace fiscus::projects
