// Facts of a milestone.
#include "services/monitor/predicates/facts.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor::facts {

FactValue MilestoneOpen(const FactContext& c) {
  return c.milestone->met == kNoDay && BudgetOpen(c) == 1 ? 1 : 0;
}
FactValue MilestoneCritical(const FactContext& c) { return c.milestone->critical ? 1 : 0; }
FactValue SlipDays(const FactContext& c) {
  if (c.milestone->due == kNoDay || c.now.as_of == kNoDay) return std::nullopt;
  return DaysBetween(c.milestone->due, c.now.as_of);
}

}  // namespace fiscus::monitor::facts
