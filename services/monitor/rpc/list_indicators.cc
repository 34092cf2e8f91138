// ListIndicators: the projects in the caller's units, ordered by id.
#include "fiscus/monitor/v1/monitor_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/monitor/codec/output_codec.h"
#include "services/monitor/rpc/reads.h"

namespace fiscus::monitor {

absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
    const Deps& deps, const Call& call, const v1::ListIndicatorsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  ASSIGN_OR_RETURN(
      std::vector<ProjectState> projects,
      ListProjects(deps, call.caller.tenant, ScopesUnder(call, request.under_path()),
                   position.empty() ? "" : position.front(), static_cast<size_t>(page_size) + 1));
  v1::ListIndicatorsResponse response;
  const bool more = projects.size() > static_cast<size_t>(page_size);
  if (more) projects.pop_back();
  for (const ProjectState& project : projects)
    *response.add_indicators() = ToProto(project, Compute(project));
  if (more) response.set_next_page_token(rpc::MakePageToken(call, request, {projects.back().key}));
  return response;
}

}  // namespace fiscus::monitor
