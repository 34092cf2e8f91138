#include "services/alerting/domain/calendar.h"

namespace fiscus::alerting {

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  if (const auto named = exceptions_.find(day); named != exceptions_.end()) return named->second;
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
}

absl::CivilDay Calendar::AddWorkingDays(absl::CivilDay day, int count) const {
  while (count > 0) {
    ++day;
    if (IsWorkingDay(day)) --count;
  }
  return day;
}

}  // namespace fiscus::alerting
