// Facts of the earned value set (indicators.h has the formulas).
#include <algorithm>

#include "services/monitor/predicates/facts.h"
#include "services/monitor/projections/arithmetic.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor::facts {

FactValue BacMinor(const FactContext& c) { return c.now.bac; }
FactValue PvMinor(const FactContext& c) { return c.now.pv; }
FactValue EvMinor(const FactContext& c) { return c.now.ev; }

FactValue CostMinor(const FactContext& c) {
  if (!c.now.ac) return std::nullopt;
  int64_t open = 0;
  for (const ContractState& contract : c.project.contracts)
    open = Plus(open, OpenAdvance(c.project, contract));
  return Minus(*c.now.ac, open);
}

FactValue WorkCpiBp(const FactContext& c) {
  const FactValue cost = CostMinor(c);
  if (!c.now.ev || *c.now.ev <= 0 || !cost) return std::nullopt;
  return ShareBp(*c.now.ev, *cost);
}

FactValue SpiBp(const FactContext& c) {
  if (!c.now.ev || *c.now.ev <= 0) return std::nullopt;
  return c.now.spi_bp;
}

FactValue EvmNegatives(const FactContext& c) {
  if (!c.now.bac) return std::nullopt;
  const auto negative = [](const std::optional<int64_t>& value) {
    return value.value_or(0) < 0 ? 1 : 0;
  };
  return negative(c.now.bac) + negative(c.now.pv) + negative(c.now.ev) + negative(c.now.ac);
}

FactValue EvWithoutAcDays(const FactContext& c) {
  if (!c.now.ev || !c.now.ac || c.now.as_of == kNoDay) return std::nullopt;
  if (*c.now.ev <= 0 || *c.now.ac > 0 || c.project.ev_since == kNoDay) return 0;
  return DaysBetween(c.project.ev_since, c.now.as_of);
}

FactValue PvWithoutEvDays(const FactContext& c) {
  if (!c.now.ev || !c.now.pv || c.now.as_of == kNoDay) return std::nullopt;
  if (*c.now.ev != 0 || *c.now.pv <= 0) return 0;
  Day first = c.now.as_of;
  for (const WorkItem& item : c.project.baseline.items) {
    if (item.planned_start != kNoDay) first = std::min(first, item.planned_start);
  }
  return DaysBetween(first, c.now.as_of);
}

}  // namespace fiscus::monitor::facts
