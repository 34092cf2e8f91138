#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/deps.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::Contract> GetContract(const Deps& deps, const Call& call,
                                         const v1::GetContractRequest& request) {
  v1::Contract answer;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Contract contract, LoadContract(tx, request.contract_id()));
        answer = ToProto(contract);
        return absl::OkStatus();
      }));
  return answer;
}

}  // namespace fiscus::projects
