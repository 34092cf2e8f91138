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

absl::Status CheckContracts(const std::vector<WorkItem>& items,
                            const std::set<std::string>& contract_ids) {
  for (const WorkItem& item : items) {
    if (item.contract_id.empty() || contract_ids.contains(item.contract_id)) continue;
    return Refused(Reason::kContractNotFound, "the project has no such contract",
                   {{"contract_id", item.contract_id}, {"work_item_id", item.work_item_id}});
  }
  return absl::OkStatus();
}

absl::Status CheckSum(const std::vector<WorkItem>& items) {
  if (ValuesFit(items)) return absl::OkStatus();
  return InvalidFields({{"work_items.value", "the values sum to more than 2^63 - 1"}});
}

// The wanted items with what is certified on them.
absl::StatusOr<std::vector<WorkItem>> Amended(const std::vector<WorkItem>& present,
                                              std::vector<WorkItem> wanted) {
  for (WorkItem& item : wanted) item.certified_milli = 0;
  for (const WorkItem& before : present) {
    if (before.certified_milli == 0) continue;
    const auto after = std::find_if(wanted.begin(), wanted.end(), [&](const WorkItem& item) {
      return item.work_item_id == before.work_item_id;
    });
    if (after != wanted.end()) after->certified_milli = before.certified_milli;
    if (after != wanted.end() && *after == before) continue;
    return Refused(Reason::kBaselineFrozen,
                   "work is certified on this item: it stays as it is; add another for what is new",
                   {{"work_item_id", before.work_item_id},
                    {"certified_milli", std::to_string(before.certified_milli)}});
  }
  return wanted;
}

}  // namespace

absl::StatusOr<ProjectChange> SetBaseline(const ProjectFile& file, const BaselineCommand& command,
                                          const std::set<std::string>& contract_ids) {
  RETURN_IF_ERROR(CheckContracts(command.work_items, contract_ids));
  RETURN_IF_ERROR(CheckNotOver(file.project));
  if (file.project.baseline_frozen || HasStarted(file.project.state)) {
    return Refused(Reason::kBaselineFrozen, "the baseline was frozen when the project started",
                   {{"state", std::string(Name(file.project.state))}});
  }
  RETURN_IF_ERROR(CheckNotObserved(file.project));
  RETURN_IF_ERROR(CheckSum(command.work_items));
  BaselineSet event{.work_items = command.work_items,
                    .milestones = command.milestones,
                    .frozen = false,
                    .effective_date = command.effective_date};
  for (WorkItem& item : event.work_items) item.certified_milli = 0;
  ProjectChange change{.after = file, .events = {}};
  Append(std::move(event), change);
  return change;
}

absl::StatusOr<AmendedBaseline> AmendBaseline(const ProjectFile& file,
                                              const BaselineAmendment& amendment,
                                              const std::set<std::string>& contract_ids) {
  const Project& project = file.project;
  RETURN_IF_ERROR(CheckContracts(amendment.work_items, contract_ids));
  if (project.state != ProjectState::kExecuting && project.state != ProjectState::kSuspended) {
    return Refused(Reason::kWrongState, "work items are amended while the project is executed",
                   {{"state", std::string(Name(project.state))}});
  }
  if (amendment.actor == project.declared_by) {
    return Refused(Reason::kSamePerson, "who declared a project may not amend its baseline");
  }
  ASSIGN_OR_RETURN(std::vector<WorkItem> items, Amended(file.work_items, amendment.work_items));
  RETURN_IF_ERROR(CheckNotObserved(project));
  RETURN_IF_ERROR(CheckSum(items));
  AmendedBaseline result{.change = {.after = file, .events = {}}, .measurement = {}};
  Append(BaselineSet{.work_items = std::move(items),
                     .milestones = file.milestones,
                     .frozen = true,
                     .effective_date = amendment.effective_date},
         result.change);
  result.measurement = {.measurement_id = amendment.measurement_id,
                        .project_id = project.project_id,
                        .measured_on = amendment.effective_date,
                        .quantities = {},
                        .state = MeasurementState::kCertified,
                        .recorded_by = amendment.actor,
                        .correction = false,
                        .reason = amendment.reason};
  MeasurementCertified event = ProgressOf(result.change.after, result.measurement);
  event.measurement.correction = event.physical_bp < event.physical_before_bp;
  result.measurement = event.measurement;
  Append(std::move(event), result.change);
  return result;
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
