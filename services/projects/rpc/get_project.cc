#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/deps.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::Project> GetProject(const Deps& deps, const Call& call,
                                       const v1::GetProjectRequest& request) {
  v1::Project project;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const ProjectFile file,
                         LoadProject(tx, request.project_id(), Depth::kProject));
        project = ToProto(file.project);
        return absl::OkStatus();
      }));
  return project;
}

}  // namespace fiscus::projects
