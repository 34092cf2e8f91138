#include <algorithm>

#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/baseline.h"
#include "services/projects/rpc/write.h"

namespace fiscus::projects {

absl::StatusOr<v1::Milestone> MeetMilestone(const Deps& deps, const Call& call,
                                            const v1::MeetMilestoneRequest& request) {
  rpc::Fields fields;
  fields.Uuid("project_id", request.project_id());
  fields.Uuid("milestone_id", request.milestone_id());
  const absl::CivilDay met_on = PastDate(fields, "met_on", request.met_on(), AuthorOf(call));
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Milestone>(deps, call, false, [&](pg::Tx& tx) -> absl::StatusOr<v1::Milestone> {
    ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, request.project_id(), Depth::kFile));
    ASSIGN_OR_RETURN(const ProjectChange change,
                     MeetMilestone(file, request.milestone_id(), met_on));
    RETURN_IF_ERROR(SaveChange(tx, call, &file, change));
    const auto& milestones = change.after.milestones;
    const auto met = std::find_if(milestones.begin(), milestones.end(), [&](const Milestone& m) {
      return m.milestone_id == request.milestone_id();
    });
    return ToProto(*met);
  });
}

}  // namespace fiscus::projects
