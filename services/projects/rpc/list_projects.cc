#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/projects/deps.h"
#include "services/projects/rpc/page.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::ListProjectsResponse> ListProjects(const Deps& deps, const Call& call,
                                                      const v1::ListProjectsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  fields.Check(v1::ProjectState_IsValid(request.state()), "state", "is not a state");
  fields.OptionalUuid("parent_project_id", request.parent_project_id());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  const ProjectFilter filter{.scopes = call.caller.ScopesFor(call.intent),
                             .under_path = request.under_path(),
                             .state = static_cast<ProjectState>(request.state()),
                             .parent_project_id = request.parent_project_id(),
                             .code = request.code(),
                             .after_id = position.empty() ? "" : position[0],
                             .limit = page_size + 1};
  std::vector<Project> page;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(page, ListProjects(tx, filter));
        return absl::OkStatus();
      }));
  v1::ListProjectsResponse response;
  const size_t taken = FillPage(page, page_size, response.mutable_projects());
  if (taken < page.size()) {
    response.set_next_page_token(rpc::MakePageToken(call, request, {page[taken - 1].project_id}));
  }
  return response;
}

}  // namespace fiscus::projects
