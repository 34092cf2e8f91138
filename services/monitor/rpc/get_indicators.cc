// GetIndicators: the indicators of one project, as last committed.
#include "fiscus/monitor/v1/monitor_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/monitor/codec/output_codec.h"
#include "services/monitor/rpc/reads.h"

namespace fiscus::monitor {

absl::StatusOr<v1::Indicators> GetIndicators(const Deps& deps, const Call& call,
                                             const v1::GetIndicatorsRequest& request) {
  rpc::Fields fields;
  const std::string project_id = fields.Uuid("project_id", request.project_id());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const ProjectState project, FindProject(deps, call.caller.tenant, project_id));
  return ToProto(project, Compute(project));
}

}  // namespace fiscus::monitor
