#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"
#include "services/projects/store/measurement_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::Baseline> AmendBaseline(const Deps& deps, const Call& call,
                                           const v1::AmendBaselineRequest& request) {
  ASSIGN_OR_RETURN(const BaselineAmendment amendment, ParseAmendment(request, AuthorOf(call)));
  return Write<v1::Baseline>(deps, call, false, [&](pg::Tx& tx) -> absl::StatusOr<v1::Baseline> {
    ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, request.project_id(), Depth::kFile));
    ASSIGN_OR_RETURN(const auto contracts, ContractIdsOf(tx, request.project_id()));
    ASSIGN_OR_RETURN(const AmendedBaseline amended, AmendBaseline(file, amendment, contracts));
    ASSIGN_OR_RETURN(const bool inserted, InsertMeasurements(tx, {amended.measurement}));
    if (!inserted) return absl::AbortedError("the amendment was recorded beside us");
    RETURN_IF_ERROR(SaveChange(tx, call, &file, amended.change));
    return ToBaseline(amended.change.after);
  });
}

}  // namespace fiscus::projects
