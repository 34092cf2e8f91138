// Days, years and elapsed shares. Calendar days throughout (see state.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// "YYYY-MM-DD" → day; kNoDay for anything else.
Day ParseDay(std::string_view text);
// Day → "YYYY-MM-DD"; "" for kNoDay.
std::string FormatDay(Day day);

struct YearMonth {
  int year = 0;
  int month = 0;  // 1..12
};
// {0, 0} for kNoDay.
YearMonth YearMonthOf(Day day);

// Share of [first, last], both inclusive, that has passed at the end of `day`, basis points,
// 0..10,000; last ≥ first.
int32_t ElapsedBp(Day first, Day last, Day day);
// Share of the fiscal (= calendar) year that has passed at the end of `day`: 序时进度.
int32_t YearElapsedBp(int fiscal_year, Day day);
// later − earlier; both must be days.
int64_t DaysBetween(Day earlier, Day later);

}  // namespace fiscus::monitor
