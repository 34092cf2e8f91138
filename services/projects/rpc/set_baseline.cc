#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::Baseline> SetBaseline(const Deps& deps, const Call& call,
                                         const v1::SetBaselineRequest& request) {
  rpc::Fields fields;
  fields.Uuid("project_id", request.project_id());
  const BaselineCommand command = ParseBaseline(fields, request, AuthorOf(call));
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Baseline>(deps, call, false, [&](pg::Tx& tx) -> absl::StatusOr<v1::Baseline> {
    ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, request.project_id(), Depth::kFile));
    ASSIGN_OR_RETURN(const auto contracts, ContractIdsOf(tx, request.project_id()));
    ASSIGN_OR_RETURN(const ProjectChange change, SetBaseline(file, command, contracts));
    RETURN_IF_ERROR(SaveChange(tx, call, &file, change));
    return ToBaseline(change.after);
  });
}

}  // namespace fiscus::projects
