// Forgets what no decision needs any more: ended sessions, old failure counters, expired
// revocations. One timer per tenant, set when the tenant is made; each run sets the next.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "libs/pg/timer.h"

namespace fiscus::identity {

inline constexpr char kJanitorTimer[] = "identity.janitor";
inline constexpr char kJanitorSubject[] = "all";
inline constexpr absl::Duration kJanitorEvery = absl::Minutes(10);

// Cleans one tenant and schedules the next run.
absl::Status CleanUp(pg::Database& database, const pg::Timer& timer, absl::Time now);

}  // namespace fiscus::identity
