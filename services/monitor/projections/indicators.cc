#include "services/monitor/projections/indicators.h"

#include <algorithm>

#include "services/monitor/projections/arithmetic.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {
namespace {

// A, E, T, P of the judged year, and from them the execution rate against the calendar.
void Execution(const ProjectState& project, Indicators& out) {
  out.fiscal_year = JudgedYear(project);
  for (const LineState& line : project.lines) {
    if (line.fiscal_year != out.fiscal_year || out.fiscal_year == 0) continue;
    out.amounts.authorised = Plus(out.amounts.authorised, line.amounts.authorised);
    out.amounts.encumbered = Plus(out.amounts.encumbered, line.amounts.encumbered);
    out.amounts.in_transit = Plus(out.amounts.in_transit, line.amounts.in_transit);
    out.amounts.paid = Plus(out.amounts.paid, line.amounts.paid);
    out.amounts.refunded = Plus(out.amounts.refunded, line.amounts.refunded);
    out.amounts.cleared = Plus(out.amounts.cleared, line.amounts.cleared);
  }
  if (out.fiscal_year == 0) return;
  out.execution_rate_bp =
      ShareBp(Minus(out.amounts.paid, out.amounts.refunded), out.amounts.authorised);
  // A year that has not begun has no planned execution, so nothing lags in it.
  if (out.as_of == kNoDay || out.fiscal_year > YearMonthOf(out.as_of).year) return;
  out.planned_execution_bp = YearElapsedBp(out.fiscal_year, out.as_of);
  if (out.execution_rate_bp.has_value()) {
    out.deviation_bp = *out.planned_execution_bp - *out.execution_rate_bp;
  }
}

// τ, φ, f.
void Progress(const ProjectState& project, Indicators& out) {
  out.physical_bp = project.physical_bp;
  if (project.planned_start != kNoDay && project.planned_end >= project.planned_start &&
      out.as_of != kNoDay) {
    out.time_bp = ElapsedBp(project.planned_start, project.planned_end, out.as_of);
  }
  int64_t value = 0;
  int64_t paid = 0;
  for (const ContractState& contract : project.contracts) {
    if (!IsLive(contract)) continue;
    value = Plus(value, contract.value);
    paid = Plus(paid, Minus(contract.paid, contract.refunded));
  }
  out.financial_bp = ShareBp(paid, value);
}

// The earned value set. AC is what was paid net, over all years: the project's cost does not begin
// anew in January.
void EarnedValueSet(const ProjectState& project, Indicators& out) {
  if (project.baseline.items.empty()) return;
  int64_t bac = 0;
  int64_t ev = 0;
  int64_t pv = 0;
  for (const WorkItem& item : project.baseline.items) {
    bac = Plus(bac, item.value);
    ev = Plus(ev, EarnedValue(item));
    if (out.as_of != kNoDay) pv = Plus(pv, PlannedValue(item, out.as_of));
  }
  int64_t ac = 0;
  for (const LineState& line : project.lines) {
    ac = Plus(ac, Minus(line.amounts.paid, line.amounts.refunded));
  }
  out.bac = bac;
  out.ev = ev;
  out.ac = ac;
  if (out.as_of != kNoDay) out.pv = pv;
  out.cpi_bp = ShareBp(ev, ac);
  out.spi_bp = ShareBp(ev, pv);
  if (ev > 0 && ac > 0 && pv > 0) {
    // (BAC − EV)/(CPI·SPI) = (BAC − EV)·AC/EV·PV/EV: two divisions keep the products within 128
    // bits.
    const std::optional<int64_t> at_cpi = MulDiv(Minus(bac, ev), ac, ev, Rounding::kDown);
    const std::optional<int64_t> rest =
        at_cpi ? MulDiv(*at_cpi, pv, ev, Rounding::kDown) : std::nullopt;
    if (rest.has_value()) out.eac = CheckedAdd(ac, *rest);
  }
  out.tcpi_bp = ShareBp(Minus(bac, ev), Minus(bac, ac));
}

}  // namespace

int64_t EarnedValue(const WorkItem& item) {
  const int64_t earned =
      MulDiv(item.value, item.certified_milli, item.quantity_milli, Rounding::kDown).value_or(0);
  return std::min(earned, item.value);
}

int64_t PlannedValue(const WorkItem& item, Day day) {
  if (item.planned_start == kNoDay || item.planned_end < item.planned_start) return 0;
  const int64_t whole = DaysBetween(item.planned_start, item.planned_end) + 1;
  const int64_t passed = std::clamp<int64_t>(DaysBetween(item.planned_start, day) + 1, 0, whole);
  return MulDiv(item.value, passed, whole, Rounding::kDown).value_or(0);
}

bool IsLive(const ContractState& contract) {
  return contract.status >= ContractStatus::kSigned && contract.status <= ContractStatus::kClosed;
}

int32_t JudgedYear(const ProjectState& project) {
  const int32_t now = YearMonthOf(project.as_of).year;
  int32_t begun = 0;
  int32_t to_come = 0;
  for (const LineState& line : project.lines) {
    if (line.fiscal_year == 0) continue;
    if (line.fiscal_year <= now) {
      begun = std::max(begun, line.fiscal_year);
    } else {
      to_come = to_come == 0 ? line.fiscal_year : std::min(to_come, line.fiscal_year);
    }
  }
  return begun != 0 ? begun : to_come;
}

Indicators Compute(const ProjectState& project) {
  Indicators out;
  out.as_of = project.as_of;
  Execution(project, out);
  Progress(project, out);
  EarnedValueSet(project, out);
  return out;
}

}  // namespace fiscus::monitor
