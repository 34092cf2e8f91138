// The fold: one event changes one project's state. Pure; called in the order of the log.
//
// Repeats and gaps have been dealt with before (engine/processor.h): each event is applied exactly
// once. Only the records that an event changed are marked dirty. Sequences are kept here because
// they are part of the state that is restored.
#pragma once

#include <vector>

#include "services/monitor/projections/events.h"
#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// Which subjects an event touched; rules are evaluated for these. Pointers are valid until the
// project changes again.
struct Touched {
  LineState* line = nullptr;
  std::vector<ContractState*> contracts;
  std::vector<Milestone*> milestones;
  std::vector<Milestone>
      removed_milestones;  // gone from the baseline; their warnings are to be cleared
};

// What of a refused command the rules must know; it is not part of the state.
struct Refusal {
  bool present = false;
  int64_t usage_bp = 0;
  int64_t asked = 0;
  bool over_budget = false;
};

// Applies the event to the project. `payment` is the payment's state for PaymentChanged, else
// unused. DayClosed has no project of its own: see CloseDay.
Touched Apply(const EntryPosted& event, ProjectState& project);
Touched Apply(const LineStateChanged& event, ProjectState& project);
Touched Apply(const FundPlanSet& event, ProjectState& project);
Touched Apply(const CommandRefused& event, ProjectState& project);
Touched Apply(const ProjectChanged& event, ProjectState& project);
Touched Apply(const BaselineSet& event, ProjectState& project);
Touched Apply(const MeasurementCertified& event, ProjectState& project);
Touched Apply(const MilestoneChanged& event, ProjectState& project);
Touched Apply(const ContractChanged& event, ProjectState& project);
Touched Apply(const PaymentChanged& event, ProjectState& project, PaymentState& payment);

// The end of a business day reaches the project: all its subjects are touched. Whatever has
// happened before it happened on the day after it at the latest, so later dates, which clients have
// given, are brought back to that.
Touched CloseDay(Day day, ProjectState& project);

// Tells the project its tenant's last closed day (kNoDay: none yet). Before an event is applied.
void Follow(Day closed, ProjectState& project);

// Moves the business date forward, never back. Dates come from clients: once a day is closed, they
// count up to the day after it.
void Advance(Day date, ProjectState& project);

// Recomputes what is derived from the work items; after loading a project, and here whenever they
// or the contracts change.
void Derive(ProjectState& project);

// Physical progress at the end of `day`, as far as it is remembered; the oldest known value before
// that. nullopt: none known.
std::optional<int32_t> PhysicalAt(const ProjectState& project, Day day);

// The line or contract with this id, made if it is new. Reallocates: earlier pointers die.
LineState& LineOf(ProjectState& project, std::string_view line_id);
ContractState& ContractOf(ProjectState& project, std::string_view contract_id);

}  // namespace fiscus::monitor
