#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/draft.h"
#include "services/projects/rpc/relatives.h"
#include "services/projects/rpc/write.h"

namespace fiscus::projects {

absl::StatusOr<v1::Project> UpdateProject(const Deps& deps, const Call& call,
                                          const v1::UpdateProjectRequest& request) {
  rpc::Fields fields;
  const Project wanted = ParseProject(fields, "project", request.project(), AuthorOf(call));
  fields.Check(request.expected_version() > 0, "expected_version",
               "must be the version that was read");
  const absl::CivilDay date =
      PastDate(fields, "effective_date", request.effective_date(), AuthorOf(call));
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Project>(deps, call, false, [&](pg::Tx& tx) -> absl::StatusOr<v1::Project> {
    // The parent never changes, so it may be read before it is locked.
    ASSIGN_OR_RETURN(const ProjectFile known, LoadProject(tx, wanted.project_id, Depth::kProject));
    ASSIGN_OR_RETURN(const LockedRelatives before_lock,
                     LockRelatives(tx, wanted.project_id, known.project.parent_project_id));
    ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, wanted.project_id, Depth::kFile));
    LockedRelatives relatives = before_lock;
    ASSIGN_OR_RETURN(relatives.children, SumChildren(tx, wanted.project_id, wanted.project_id));
    ASSIGN_OR_RETURN(const ProjectChange change,
                     Update(file, wanted, request.expected_version(), relatives.view(), date));
    RETURN_IF_ERROR(SaveChange(tx, call, &file, change));
    return ToProto(change.after.project);
  });
}

}  // namespace fiscus::projects
