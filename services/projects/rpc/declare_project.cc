#include "fiscus/projects/v1/projects_service.handlers.h"
#include "services/projects/rpc/project_command.h"

namespace fiscus::projects {

absl::StatusOr<v1::Project> DeclareProject(const Deps& deps, const Call& call,
                                           const v1::ProjectCommandRequest& request) {
  return RunCommand(deps, call, request, Desk::kUnit);
}

}  // namespace fiscus::projects
