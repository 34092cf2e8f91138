// Work items and milestones: set before START, frozen by it; then work items are amended, but for
// those on which work is certified.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

struct BaselineCommand {
  std::vector<WorkItem> work_items;
  std::vector<Milestone> milestones;
  absl::CivilDay effective_date;
};

// Replaces work items and milestones; nothing is certified yet, whatever the command says.
// `contract_ids` are the project's contracts.
// Refuses, in this order: CONTRACT_NOT_FOUND (an item names a contract that is not the project's),
// WRONG_STATE (the project is
//   over), BASELINE_FROZEN, OBSERVED_PROJECT; INVALID_ARGUMENT when the values sum beyond int64.
absl::StatusOr<ProjectChange> SetBaseline(const ProjectFile& file, const BaselineCommand& command,
                                          const std::set<std::string>& contract_ids);

// Other work items of a project in execution.
struct BaselineAmendment {
  std::vector<WorkItem> work_items;
  absl::CivilDay effective_date;
  std::string reason;          // not empty
  std::string measurement_id;  // of the measurement that records the progress after it
  std::string actor;
};
struct AmendedBaseline {
  ProjectChange change;
  Measurement measurement;  // without quantities: only the whole has changed
};

// Decides an amendment. Refuses, in this order: CONTRACT_NOT_FOUND, WRONG_STATE (only EXECUTING and
// SUSPENDED), SAME_PERSON (the declarer), BASELINE_FROZEN (an item with certified work is changed
// or gone), OBSERVED_PROJECT; INVALID_ARGUMENT when the values sum beyond int64.
absl::StatusOr<AmendedBaseline> AmendBaseline(const ProjectFile& file,
                                              const BaselineAmendment& amendment,
                                              const std::set<std::string>& contract_ids);

// Marks a milestone as met. Met on the same day before: no events.
// Refuses, in this order: WRONG_STATE (the project is over, or the milestone was met on another
// day), MILESTONE_NOT_FOUND,
//   OBSERVED_PROJECT.
absl::StatusOr<ProjectChange> MeetMilestone(const ProjectFile& file, std::string_view milestone_id,
                                            absl::CivilDay met_on);

}  // namespace fiscus::projects
