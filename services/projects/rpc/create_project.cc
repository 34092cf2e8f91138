#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/draft.h"
#include "services/projects/domain/reason.h"
#include "services/projects/rpc/relatives.h"
#include "services/projects/rpc/write.h"

namespace fiscus::projects {
namespace {

// P1. `project_id` itself may have the code.
absl::Status CheckCodeFree(pg::Tx& tx, const Project& project) {
  ASSIGN_OR_RETURN(const auto taken, FindLiveCodes(tx, {project.code}));
  if (taken.empty() || taken.begin()->second == project.project_id) return absl::OkStatus();
  return Refused(Reason::kProjectCodeTaken, "another live project has this code",
                 {{"code", project.code}, {"project_id", taken.begin()->second}});
}

absl::StatusOr<v1::Project> CreateNow(pg::Tx& tx, const Call& call, const Project& wanted,
                                      absl::CivilDay date) {
  ASSIGN_OR_RETURN(const LockedRelatives relatives,
                   LockRelatives(tx, wanted.project_id, wanted.parent_project_id));
  RETURN_IF_ERROR(CheckCodeFree(tx, wanted));
  ASSIGN_OR_RETURN(const ProjectFiles present,
                   LoadProjects(tx, {wanted.project_id}, Depth::kProject));
  ASSIGN_OR_RETURN(const ProjectChange change, Create(wanted, relatives.view(), date));
  if (!present.empty()) {
    // Same id, same content: answered as the first time.
    const Project& known = present.begin()->second.project;
    if (known == change.after.project) return ToProto(known);
    return Refused(Reason::kProjectExists, "a project with this id exists",
                   {{"project_id", wanted.project_id}});
  }
  RETURN_IF_ERROR(SaveChange(tx, call, nullptr, change));
  return ToProto(change.after.project);
}

}  // namespace

absl::StatusOr<v1::Project> CreateProject(const Deps& deps, const Call& call,
                                          const v1::CreateProjectRequest& request) {
  rpc::Fields fields;
  const Project wanted = ParseProject(fields, "project", request.project(), AuthorOf(call));
  const absl::CivilDay date =
      PastDate(fields, "effective_date", request.effective_date(), AuthorOf(call));
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Project>(deps, call, request.validate_only(),
                            [&](pg::Tx& tx) { return CreateNow(tx, call, wanted, date); });
}

}  // namespace fiscus::projects
