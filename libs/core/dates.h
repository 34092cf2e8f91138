// Civil dates "YYYY-MM-DD" and RFC 3339 times at microseconds. The business calendar has no time
// zone of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace fiscus {

// Exactly "YYYY-MM-DD", a day that exists, years 1900..2199; nullopt otherwise.
std::optional<absl::CivilDay> ParseDate(std::string_view text);
std::string FormatDate(absl::CivilDay day);

// RFC 3339 in UTC with microseconds, e.g. "2026-03-01T08:00:00.123456Z".
std::string FormatTimestamp(absl::Time time);
std::optional<absl::Time> ParseTimestamp(std::string_view text);

// Cut to microseconds, as PostgreSQL stores it: what was answered equals what is read.
absl::Time TruncateToMicros(absl::Time time);

}  // namespace fiscus
