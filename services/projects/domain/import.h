// Observed projects: reported from elsewhere with state, work items and progress; a report is a
// fact, not a command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

// A report: the project and its work items, certified quantities included, as the source has them.
struct Report {
  Project project;
  std::vector<WorkItem> work_items;
  absl::CivilDay reported_on;
  std::string measurement_id;  // of the measurement that the report's progress makes
  std::string reporter;        // who imports
};

struct ReportDecision {
  ProjectChange change;  // no events: nothing has changed
  std::optional<Measurement> measurement;
};

// Decides whether a report is as new as the last one that was taken; of the same day, the later one
// counts. Refuses: REPORT_OUTDATED.
absl::Status CheckNewest(const Report& report, absl::CivilDay last_reported_on);

// Decides about a report of a project that is not there yet (`present` null) or that is.
// New: created in the reported state, with baseline and progress. Known: what differs is changed;
// progress that went back is recorded as a correction (P6), because it is what the source now says.
// Refuses, in this order: PROJECT_EXISTS (the project is not observed), CURRENCY_MISMATCH (another
// currency than before);
//   INVALID_ARGUMENT when the values sum beyond int64.
absl::StatusOr<ReportDecision> TakeReport(const ProjectFile* present, const Report& report);

}  // namespace fiscus::projects
