// Working days of a tenant: Monday to Friday, but for the days that the tenant names otherwise
// (public holidays, and the weekends worked instead of them, 调休). Values only.
#pragma once

#include <map>

#include "absl/time/civil_time.h"

namespace fiscus::alerting {

class Calendar {
 public:
  // Monday to Friday.
  Calendar() = default;
  // `exceptions`: day → is it worked? Days that are not named follow the week.
  explicit Calendar(std::map<absl::CivilDay, bool> exceptions)
      : exceptions_(std::move(exceptions)) {}

  bool IsWorkingDay(absl::CivilDay day) const;

  // The `count`-th working day after `day`, count ≥ 0; 0 gives `day` itself, worked or not.
  // Ends always: exceptions are finitely many, and every other week has five working days.
  absl::CivilDay AddWorkingDays(absl::CivilDay day, int count) const;

 private:
  std::map<absl::CivilDay, bool> exceptions_;
};

}  // namespace fiscus::alerting
