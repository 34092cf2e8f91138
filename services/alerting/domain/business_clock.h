// The business clock: which day may be closed next. Pure.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace fiscus::alerting {

// A day may be closed together with those before it, but not further ahead than this: a mistyped
// year could never be taken back.
inline constexpr int kDaysAheadMax = 366;

// Days go forward: `day` must lie after the last closed one, at most kDaysAheadMax days; the first
// may be any. No day lies after `latest`: a mistyped date could never be taken back, and would stop
// the clock until it is reached; nullopt: any (installations that play months). The last closed day
// itself is OK: its closing is answered as the first time. Refuses with DAY_OUT_OF_ORDER.
absl::Status MayClose(std::optional<absl::CivilDay> last_closed, absl::CivilDay day,
                      std::optional<absl::CivilDay> latest = std::nullopt);

// The last day that is over since `close_after` at least.
absl::CivilDay LastEndedDay(absl::Time now, absl::TimeZone zone, absl::Duration close_after);

// A day may be named (holiday, worked weekend) until it is closed: what happened on it does not
// change. `first` is the earliest day to be named. Refuses with DAY_CLOSED.
absl::Status MayRename(std::optional<absl::CivilDay> last_closed, absl::CivilDay first);

// The day that is open: the one after the last closed, else `fallback`.
absl::CivilDay OpenDay(std::optional<absl::CivilDay> last_closed, absl::CivilDay fallback);

}  // namespace fiscus::alerting
