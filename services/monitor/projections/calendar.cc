#include "services/monitor/projections/calendar.h"

#include <algorithm>

#include "libs/core/dates.h"
#include "services/monitor/projections/arithmetic.h"

namespace fiscus::monitor {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

Day DayOf(absl::CivilDay civil) { return static_cast<Day>(civil - kEpoch); }

}  // namespace

Day ParseDay(std::string_view text) {
  const std::optional<absl::CivilDay> civil = ParseDate(text);
  return civil.has_value() ? DayOf(*civil) : kNoDay;
}

std::string FormatDay(Day day) { return day == kNoDay ? "" : FormatDate(kEpoch + day); }

YearMonth YearMonthOf(Day day) {
  if (day == kNoDay) return {};
  const absl::CivilDay civil = kEpoch + day;
  return {static_cast<int>(civil.year()), civil.month()};
}

int32_t ElapsedBp(Day first, Day last, Day day) {
  const int64_t whole = DaysBetween(first, last) + 1;
  const int64_t passed = std::clamp<int64_t>(DaysBetween(first, day) + 1, 0, whole);
  return static_cast<int32_t>(passed * kWholeBp / whole);
}

int32_t YearElapsedBp(int fiscal_year, Day day) {
  return ElapsedBp(DayOf(absl::CivilDay(fiscal_year, 1, 1)),
                   DayOf(absl::CivilDay(fiscal_year, 12, 31)), day);
}

int64_t DaysBetween(Day earlier, Day later) { return int64_t{later} - earlier; }

}  // namespace fiscus::monitor
