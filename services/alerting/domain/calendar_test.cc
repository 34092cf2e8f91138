#include "services/alerting/domain/calendar.h"

#include <catch2/catch.hpp>

namespace fiscus::alerting {
namespace {

using Day = absl::CivilDay;

TEST_CASE("Monday to Friday are worked unless the tenant says otherwise", "[alerting][calendar]") {
  const Calendar week;
  CHECK(week.IsWorkingDay(Day(2026, 3, 6)));        // Friday
  CHECK_FALSE(week.IsWorkingDay(Day(2026, 3, 7)));  // Saturday
  CHECK_FALSE(week.IsWorkingDay(Day(2026, 3, 8)));  // Sunday
  CHECK(week.IsWorkingDay(Day(2026, 3, 9)));        // Monday

  // The Spring Festival's pattern: weekdays off, a weekend worked instead.
  const Calendar tenant({{Day(2026, 3, 9), false}, {Day(2026, 3, 8), true}});
  CHECK_FALSE(tenant.IsWorkingDay(Day(2026, 3, 9)));
  CHECK(tenant.IsWorkingDay(Day(2026, 3, 8)));
}

TEST_CASE("Working days are counted from the day after", "[alerting][calendar]") {
  const Calendar week;
  const absl::CivilDay friday(2026, 3, 6);
  CHECK(week.AddWorkingDays(friday, 0) == friday);
  CHECK(week.AddWorkingDays(friday, 1) == Day(2026, 3, 9));
  CHECK(week.AddWorkingDays(friday, 5) == Day(2026, 3, 13));
  CHECK(week.AddWorkingDays(friday, 6) == Day(2026, 3, 16));
  CHECK(week.AddWorkingDays(Day(2026, 3, 7), 0) == Day(2026, 3, 7));
  CHECK(week.AddWorkingDays(Day(2026, 3, 7), 1) == Day(2026, 3, 9));
  CHECK(week.AddWorkingDays(Day(2026, 12, 31), 1) == Day(2027, 1, 1));

  const Calendar holiday(
      {{Day(2026, 3, 9), false}, {Day(2026, 3, 10), false}, {Day(2026, 3, 14), true}});
  CHECK(holiday.AddWorkingDays(friday, 1) == Day(2026, 3, 11));
  CHECK(holiday.AddWorkingDays(friday, 4) == Day(2026, 3, 14));
}

}  // namespace
}  // namespace fiscus::alerting
