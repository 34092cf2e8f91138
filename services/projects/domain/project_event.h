// Facts about a project, as published on aggregate projects/<id>; the project is their fold (P9).
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/projects/domain/measurement.h"
#include "services/projects/domain/project.h"

namespace fiscus::projects {

// Created, changed or moved; `project` is the whole project after it.
struct ProjectStateChanged {
  Project project;
  ProjectState from = ProjectState::kUnspecified;  // unspecified at creation
  ProjectCommand command = ProjectCommand::kNone;
  absl::CivilDay effective_date;
  std::string reason;
  friend bool operator==(const ProjectStateChanged&, const ProjectStateChanged&) = default;
};

// Work items and milestones replaced, or frozen.
struct BaselineSet {
  std::vector<WorkItem> work_items;
  std::vector<Milestone> milestones;
  bool frozen = false;
  absl::CivilDay effective_date;
  friend bool operator==(const BaselineSet&, const BaselineSet&) = default;
};

// Certified value of one contract, minor units.
struct CertifiedValue {
  std::string contract_id;
  int64_t certified_minor = 0;
  friend bool operator==(const CertifiedValue&, const CertifiedValue&) = default;
};

// Progress: quantities of a measurement count from now on.
struct MeasurementCertified {
  Measurement measurement;
  int32_t physical_before_bp = 0;
  int32_t physical_bp = 0;
  std::vector<WorkItem> work_items;       // those measured, after it
  std::vector<CertifiedValue> contracts;  // those concerned, after it
  friend bool operator==(const MeasurementCertified&, const MeasurementCertified&) = default;
};

struct MilestoneChanged {
  Milestone milestone;
  absl::CivilDay effective_date;
  friend bool operator==(const MilestoneChanged&, const MilestoneChanged&) = default;
};

using ProjectEvent =
    std::variant<ProjectStateChanged, BaselineSet, MeasurementCertified, MilestoneChanged>;

// A decision: the project after it and the facts that it makes, in order; `after.project.version`
// counts them.
struct ProjectChange {
  ProjectFile after;
  std::vector<ProjectEvent> events;
};

struct CertifiedMeasurement {
  Measurement measurement;
  ProjectChange change;
};

// The project after one more event. The version of the result is one higher.
ProjectFile Apply(ProjectFile file, const ProjectEvent& event);

// Applies an event to the change's project and appends it. A ProjectStateChanged gets the version
// that it has as an event.
void Append(ProjectEvent event, ProjectChange& change);

}  // namespace fiscus::projects
