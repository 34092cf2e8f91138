// Facts of a budget line.
#include <algorithm>

#include "services/monitor/predicates/facts.h"
#include "services/monitor/projections/arithmetic.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor::facts {
namespace {

int64_t NetPaid(const LineState& line) { return Minus(line.amounts.paid, line.amounts.refunded); }

int64_t Used(const FactContext& c) {
  const Amounts& a = c.line->amounts;
  const int64_t used = Plus(Plus(NetPaid(*c.line), a.in_transit), a.encumbered);
  return c.refusal.present && c.refusal.over_budget ? Plus(used, c.refusal.asked) : used;
}

// Rounded up, so that one fen too much shows; nothing authorised and something used is the highest
// ratio there is.
FactValue UseOf(int64_t used, int64_t whole) {
  if (whole > 0) return ShareBp(used, whole, Rounding::kUp);
  return used > 0 ? FactValue(kRatioMaxBp) : std::nullopt;
}

}  // namespace

FactValue UsageBp(const FactContext& c) {
  if (c.line->fiscal_year == 0) return std::nullopt;  // the ledger has not spoken of it yet
  return UseOf(Used(c), c.line->amounts.authorised);
}
FactValue RefusedOverBudget(const FactContext& c) {
  return c.refusal.present && c.refusal.over_budget ? 1 : 0;
}
FactValue UsedMinor(const FactContext& c) { return Used(c); }
FactValue LineAuthorisedMinor(const FactContext& c) { return c.line->amounts.authorised; }

FactValue PlanToDateMinor(const FactContext& c) {
  const YearMonth now = YearMonthOf(c.now.as_of);
  if (!c.line->has_plan || c.now.as_of == kNoDay || now.year < c.line->fiscal_year)
    return std::nullopt;
  const size_t months =
      now.year > c.line->fiscal_year ? c.line->plan.size() : static_cast<size_t>(now.month);
  int64_t sum = 0;
  for (size_t i = 0; i < months; ++i) sum = Plus(sum, c.line->plan[i]);
  return sum;
}

FactValue PlanUseBp(const FactContext& c) {
  const FactValue plan = PlanToDateMinor(c);
  return plan ? UseOf(NetPaid(*c.line), *plan) : std::nullopt;
}
FactValue LinePaidNetMinor(const FactContext& c) { return NetPaid(*c.line); }

FactValue LineUnspent(const FactContext& c) {
  return c.line->status == LineStatus::kActive && NetPaid(*c.line) <= 0 ? 1 : 0;
}

FactValue IdleDays(const FactContext& c) {
  if (c.line->active_since == kNoDay || c.now.as_of == kNoDay) return std::nullopt;
  return DaysBetween(c.line->active_since, c.now.as_of);
}

}  // namespace fiscus::monitor::facts
