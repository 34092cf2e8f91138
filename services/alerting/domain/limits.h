// How long each step of an alert may take, and when neglect goes up to whom (domain B6). Pure
// tables over the calendar.
//
// Deadlines run on the business clock: the days that CloseDay ends. A step is overdue when the day
// on which it is due is closed before the step is done. So a simulated half-year, a replay and a
// service that was down give the same escalations.
#pragma once

#include <optional>

#include "absl/time/civil_time.h"
#include "services/alerting/domain/alert.h"
#include "services/alerting/domain/calendar.h"

namespace fiscus::alerting {

inline constexpr int kEscalationLevelMax = 3;

// Limits of one severity, in working days.
struct StepLimits {
  int acknowledge_days = 0;  // from the start of the limits: RAISED ends
  std::optional<int>
      plan_days;       // from the start of the limits: dismissed, or rectification ordered
  int done_days = 0;   // from the start of the limits: result submitted
  int check_days = 0;  // from the result: the supervisor confirms and closes, or rejects
  int level_days[kEscalationLevelMax];  // after the due day: levels 1, 2 and 3
};

// Acknowledge, plan and done are those of domain B6: RED 1/3/15, ORANGE 2/5/30, YELLOW 5/–/60. The
// other two are ours: the check has the time of the plan (YELLOW: of the acknowledgement); level 1
// (unit head) at the close of the due day, levels 2 (department and finance) and 3 (government
// leader and audit) RED 2 and 5, ORANGE 3 and 10, YELLOW 5 and 20 working days later.
const StepLimits& LimitsOf(Severity severity);

// A YELLOW alert whose condition stayed clear for so many working days resolves itself. Ours.
inline constexpr int kHoldDays = 5;

// The day by whose close the present step is due; nullopt once the alert has ended. A step without
// a limit of its own (the plan of a YELLOW alert) is bound by the next one.
std::optional<absl::CivilDay> DueOn(const Alert& alert, const Calendar& calendar);

// The day at whose close the alert's escalation level goes up by one; nullopt: never.
std::optional<absl::CivilDay> NextEscalationOn(const Alert& alert, const Calendar& calendar);

// The day at whose close the alert resolves itself if nothing changes; nullopt: never. Only YELLOW,
// only while the condition is clear, and only before a rectification was ordered: an order ends by
// a person.
std::optional<absl::CivilDay> AutoResolveOn(const Alert& alert, const Calendar& calendar);

}  // namespace fiscus::alerting
