// The indicators of a project: a pure function of its state.
//
// Formulas: domain.md §C (symbols) and, for the earned value set, ANSI/EIA-748 and PMI's Practice
// Standard for Earned Value Management: CPI = EV/AC, SPI = EV/PV, EAC = AC + (BAC − EV)/(CPI·SPI),
// TCPI = (BAC − EV)/(BAC − AC).
#pragma once

#include <cstdint>
#include <optional>

#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// Absent values are absent, never zero. Amounts in minor units, ratios in basis points.
struct Indicators {
  Day as_of = kNoDay;
  int32_t fiscal_year = 0;                      // whose lines are summed; 0: no line
  Amounts amounts;                              // of the fiscal year's lines
  std::optional<int32_t> planned_execution_bp;  // y
  std::optional<int32_t> execution_rate_bp;     // (P − refunds)/A
  std::optional<int32_t> deviation_bp;          // y − rate
  std::optional<int32_t> physical_bp;           // φ
  std::optional<int32_t> time_bp;               // τ
  std::optional<int32_t> financial_bp;          // f = P/C
  std::optional<int64_t> bac;
  std::optional<int64_t> pv;
  std::optional<int64_t> ev;
  std::optional<int64_t> ac;
  std::optional<int32_t> cpi_bp;  // open advances in AC; without them: facts::WorkCpiBp
  std::optional<int32_t> spi_bp;
  std::optional<int64_t> eac;
  std::optional<int32_t> tcpi_bp;

  friend bool operator==(const Indicators&, const Indicators&) = default;
};

Indicators Compute(const ProjectState& project);

// Certified value of an item: value × certified ÷ whole quantity, rounded down, at most the value.
int64_t EarnedValue(const WorkItem& item);
// Value that was to be earned at the end of `day`: linear from planned start to planned end.
int64_t PlannedValue(const WorkItem& item, Day day);
// True if the contract binds money: signed and neither declined nor terminated.
bool IsLive(const ContractState& contract);
// The year whose lines are judged at `as_of`: the latest that has begun, else the first to come; 0
// without lines.
int32_t JudgedYear(const ProjectState& project);

}  // namespace fiscus::monitor
