// What the close of a business day does: the clock goes on, the tick goes to every partition,
// alerts escalate, in the caller's transaction.
#pragma once

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "libs/pg/database.h"
#include "libs/runtime/call.h"
#include "services/alerting/deps.h"

namespace fiscus::alerting {

// Closes `day`, which MayClose allowed, and the days before it that are open. The caller has locked
// the clock.
absl::Status Close(const Deps& deps, pg::Tx& tx, const Call& call, absl::CivilDay day);

}  // namespace fiscus::alerting
