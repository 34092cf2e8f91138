#include "services/projects/rpc/write.h"

#include "libs/core/status.h"
#include "libs/events/outbox.h"
#include "services/projects/codec/convert.h"

namespace fiscus::projects {

absl::Status SaveChange(pg::Tx& tx, const Call& call, const ProjectFile* before,
                        const ProjectChange& change) {
  if (change.events.empty()) return absl::OkStatus();
  const Project& after = change.after.project;
  RETURN_IF_ERROR(SaveProjects(tx, {{.before = before, .after = &change.after}}));
  std::vector<events::Event> facts;
  for (const ProjectEvent& event : change.events) facts.push_back(ToEvent(after, event));
  ASSIGN_OR_RETURN(const std::vector<int64_t> sequences, events::Append(tx, call, facts));
  if (sequences.back() != after.version) {
    return absl::InternalError("the events of " + ProjectName(after.project_id) +
                               " do not follow its versions");
  }
  tx.AuditSubject(ProjectName(after.project_id),
                  before == nullptr ? "" : ToProto(before->project).SerializeAsString(),
                  ToProto(after).SerializeAsString());
  return absl::OkStatus();
}

}  // namespace fiscus::projects
