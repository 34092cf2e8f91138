#include "services/projects/domain/project_event.h"

#include <algorithm>

namespace fiscus::projects {
namespace {

void ApplyTo(ProjectFile& file, const ProjectStateChanged& event) {
  const bool frozen = file.project.baseline_frozen;
  file.project = event.project;
  file.project.baseline_frozen = frozen;  // only BaselineSet freezes
}

void ApplyTo(ProjectFile& file, const BaselineSet& event) {
  file.work_items = event.work_items;
  file.milestones = event.milestones;
  file.project.baseline_frozen = event.frozen;
}

void ApplyTo(ProjectFile& file, const MeasurementCertified& event) {
  for (const WorkItem& measured : event.work_items) {
    for (WorkItem& item : file.work_items) {
      if (item.work_item_id == measured.work_item_id) item = measured;
    }
  }
  file.project.physical_bp = event.physical_bp;
}

void ApplyTo(ProjectFile& file, const MilestoneChanged& event) {
  for (Milestone& milestone : file.milestones) {
    if (milestone.milestone_id == event.milestone.milestone_id) milestone = event.milestone;
  }
}

}  // namespace

ProjectFile Apply(ProjectFile file, const ProjectEvent& event) {
  const int64_t version = file.project.version + 1;
  std::visit([&](const auto& fact) { ApplyTo(file, fact); }, event);
  file.project.version = version;
  return file;
}

void Append(ProjectEvent event, ProjectChange& change) {
  if (auto* changed = std::get_if<ProjectStateChanged>(&event)) {
    changed->project.version = change.after.project.version + 1;
    changed->project.baseline_frozen = change.after.project.baseline_frozen;
  }
  change.after = Apply(std::move(change.after), event);
  change.events.push_back(std::move(event));
}

}  // namespace fiscus::projects
