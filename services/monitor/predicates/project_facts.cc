// Facts of a project: execution, estimate, progress.
#include <algorithm>
#include <cstdlib>

#include "services/monitor/predicates/facts.h"
#include "services/monitor/projections/arithmetic.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {
namespace {

constexpr int kWeekDays = 7;
constexpr int kMonthDays = 30;

int64_t Committed(const ProjectState& project) {
  int64_t sum = project.other_committed;
  for (const ContractState& contract : project.contracts) {
    if (IsLive(contract)) {
      sum = Plus(sum, contract.value);
    } else if (contract.status == ContractStatus::kTerminated) {
      sum = Plus(sum, Minus(contract.paid,
                            contract.refunded));  // what was paid before the end stays spent
    }
  }
  return sum;
}

// The day of the progress that is shown. Work is measured on days that are not closed yet: it is
// compared with what was measured before its own day, not before the last closed one.
Day ProgressDay(const FactContext& c) {
  const std::vector<ProgressPoint>& points = c.project.progress;
  return points.empty() ? c.now.as_of : std::max(c.now.as_of, points.back().day);
}

}  // namespace

namespace facts {

FactValue BudgetOpen(const FactContext& c) {
  switch (c.project.status) {
    case ProjectStatus::kFinalAccounted:
    case ProjectStatus::kClosed:
    case ProjectStatus::kCancelled:
    case ProjectStatus::kRejected:
      return 0;
    default:
      return 1;
  }
}
FactValue DeviationBp(const FactContext& c) { return c.now.deviation_bp; }
FactValue ExecutionRateBp(const FactContext& c) { return c.now.execution_rate_bp; }
FactValue PlannedExecutionBp(const FactContext& c) { return c.now.planned_execution_bp; }
FactValue AuthorisedMinor(const FactContext& c) { return c.now.amounts.authorised; }
FactValue PaidNetMinor(const FactContext& c) {
  return Minus(c.now.amounts.paid, c.now.amounts.refunded);
}

FactValue EstimateUseBp(const FactContext& c) {
  return ShareBp(Committed(c.project), c.project.approved_investment, Rounding::kUp);
}
FactValue EstimateMinor(const FactContext& c) { return c.project.approved_investment; }
FactValue CommittedMinor(const FactContext& c) { return Committed(c.project); }

FactValue InExecution(const FactContext& c) {
  if (c.project.status == ProjectStatus::kSuspended) return std::nullopt;
  return c.project.status == ProjectStatus::kExecuting ? 1 : 0;
}
FactValue PhysicalBp(const FactContext& c) { return c.now.physical_bp; }
FactValue TimeBp(const FactContext& c) { return c.now.time_bp; }
FactValue FinancialBp(const FactContext& c) { return c.now.financial_bp; }

FactValue PhysicalLagBp(const FactContext& c) {
  if (!c.now.time_bp || !c.now.physical_bp) return std::nullopt;
  return *c.now.time_bp - *c.now.physical_bp;
}

FactValue DivergenceBp(const FactContext& c) {
  if (!c.now.time_bp || !c.now.physical_bp || !c.now.financial_bp) return std::nullopt;
  const auto [least, most] = std::minmax({*c.now.time_bp, *c.now.physical_bp, *c.now.financial_bp});
  return int64_t{most} - least;
}

FactValue WeekRiseBp(const FactContext& c) {
  if (c.now.as_of == kNoDay || !c.now.physical_bp) return std::nullopt;
  const std::optional<int32_t> before = PhysicalAt(c.project, ProgressDay(c) - kWeekDays);
  return before ? FactValue(*c.now.physical_bp - *before) : std::nullopt;
}

FactValue StepFallBp(const FactContext& c) { return c.project.step_fall_bp; }

FactValue StallDays(const FactContext& c) {
  const bool at_work = std::any_of(
      c.project.contracts.begin(), c.project.contracts.end(),
      [](const ContractState& one) { return one.status == ContractStatus::kEffective; });
  if (!at_work || c.now.physical_bp.value_or(0) >= kWholeBp) return 0;
  if (c.now.as_of == kNoDay || c.project.stall_since == kNoDay) return std::nullopt;
  return DaysBetween(c.project.stall_since, c.now.as_of);
}

FactValue MonthSwingBp(const FactContext& c) {
  if (c.now.as_of == kNoDay || !c.now.physical_bp) return std::nullopt;
  const std::optional<int32_t> before = PhysicalAt(c.project, ProgressDay(c) - kMonthDays);
  return before ? FactValue(std::abs(*c.now.physical_bp - *before)) : std::nullopt;
}

}  // namespace facts
}  // namespace fiscus::monitor
