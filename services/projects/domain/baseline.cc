#include "services/projects/domain/baseline.h"

#include <algorithm>
#include <utility>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "services/projects/domain/progress.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

absl::Status CheckNotOver(const Project& project) {
  if (!IsOver(project.state)) return absl::OkStatus();
  return Refused(Reason::kWrongState, "the project is over",
                 {{"state", std::string(Name(project.state))}});
}

absl::Status CheckNotObserved(const Project& project) {
  if (!project.observed) return absl::OkStatus();
  return Refused(Reason::kObservedProject, "an observed project is changed by import only");
}

}  // namespace

absl::StatusOr<ProjectChange> SetBaseline(const ProjectFile& file, const BaselineCommand& command,
                                          const std::set<std::string>& contract_ids) {
  for (const WorkItem& item : command.work_items) {
    if (item.contract_id.empty() || contract_ids.contains(item.contract_id)) continue;
    return Refused(Reason::kContractNotFound, "the project has no such contract",
                   {{"contract_id", item.contract_id}, {"work_item_id", item.work_item_id}});
  }
  RETURN_IF_ERROR(CheckNotOver(file.project));
  if (file.project.baseline_frozen || HasStarted(file.project.state)) {
    return Refused(Reason::kBaselineFrozen, "the baseline was frozen when the project started",
                   {{"state", std::string(Name(file.project.state))}});
  }
  RETURN_IF_ERROR(CheckNotObserved(file.project));
  if (!ValuesFit(command.work_items)) {
    return InvalidFields({{"work_items.value", "the values sum to more than 2^63 - 1"}});
  }
  BaselineSet event{.work_items = command.work_items,
                    .milestones = command.milestones,
                    .frozen = false,
                    .effective_date = command.effective_date};
  for (WorkItem& item : event.work_items) item.certified_milli = 0;
  ProjectChange change{.after = file, .events = {}};
  Append(std::move(event), change);
  return change;
}

absl::StatusOr<ProjectChange> MeetMilestone(const ProjectFile& file, std::string_view milestone_id,
                                            absl::CivilDay met_on) {
  RETURN_IF_ERROR(CheckNotOver(file.project));
  const auto found = std::find_if(
      file.milestones.begin(), file.milestones.end(),
      [&](const Milestone& milestone) { return milestone.milestone_id == milestone_id; });
  if (found == file.milestones.end()) {
    return Refused(Reason::kMilestoneNotFound, "the project has no such milestone",
                   {{"milestone_id", std::string(milestone_id)}});
  }
  ProjectChange change{.after = file, .events = {}};
  if (found->met_on == met_on) return change;
  if (found->met_on.has_value()) {
    return Refused(Reason::kWrongState, "the milestone was met before",
                   {{"met_on", FormatDate(*found->met_on)}});
  }
  RETURN_IF_ERROR(CheckNotObserved(file.project));
  Milestone milestone = *found;
  milestone.met_on = met_on;
  Append(MilestoneChanged{.milestone = std::move(milestone), .effective_date = met_on}, change);
  return change;
}

}  // namespace fiscus::projects
