#include "services/alerting/domain/limits.h"

namespace fiscus::alerting {
namespace {

constexpr StepLimits kYellow{.acknowledge_days = 5,
                             .plan_days = std::nullopt,
                             .done_days = 60,
                             .check_days = 5,
                             .level_days = {0, 5, 20}};
constexpr StepLimits kOrange{.acknowledge_days = 2,
                             .plan_days = 5,
                             .done_days = 30,
                             .check_days = 5,
                             .level_days = {0, 3, 10}};
constexpr StepLimits kRed{.acknowledge_days = 1,
                          .plan_days = 3,
                          .done_days = 15,
                          .check_days = 3,
                          .level_days = {0, 2, 5}};

}  // namespace

const StepLimits& LimitsOf(Severity severity) {
  switch (severity) {
    case Severity::kRed:
      return kRed;
    case Severity::kOrange:
      return kOrange;
    case Severity::kClear:
    case Severity::kInfo:
    case Severity::kYellow:
      break;
  }
  return kYellow;
}

std::optional<absl::CivilDay> DueOn(const Alert& alert, const Calendar& calendar) {
  const StepLimits& limits = LimitsOf(alert.severity);
  switch (alert.state) {
    case State::kRaised:
      return calendar.AddWorkingDays(alert.limits_from, limits.acknowledge_days);
    case State::kAcknowledged:
    case State::kVerifying:
      return calendar.AddWorkingDays(alert.limits_from,
                                     limits.plan_days.value_or(limits.done_days));
    case State::kRectifying:
      return calendar.AddWorkingDays(alert.limits_from, limits.done_days);
    case State::kSubmitted:
    case State::kVerified:
      return calendar.AddWorkingDays(alert.submitted_on.value_or(alert.limits_from),
                                     limits.check_days);
    case State::kDismissed:
    case State::kClosed:
    case State::kAutoResolved:
      break;
  }
  return std::nullopt;
}

std::optional<absl::CivilDay> NextEscalationOn(const Alert& alert, const Calendar& calendar) {
  const std::optional<absl::CivilDay> due = DueOn(alert, calendar);
  if (!due || alert.escalation_level >= kEscalationLevelMax) return std::nullopt;
  return calendar.AddWorkingDays(*due, LimitsOf(alert.severity).level_days[alert.escalation_level]);
}

std::optional<absl::CivilDay> AutoResolveOn(const Alert& alert, const Calendar& calendar) {
  const bool before_order = alert.state == State::kRaised || alert.state == State::kAcknowledged ||
                            alert.state == State::kVerifying;
  if (!before_order || alert.severity != Severity::kYellow || !alert.clear_since)
    return std::nullopt;
  return calendar.AddWorkingDays(*alert.clear_since, kHoldDays);
}

}  // namespace fiscus::alerting
