// Does what payments still have to do by themselves (domain/errand.h), one errand a run, started by
// durable timers.
//
// Every errand is idempotent: the peer's command follows from the stored payment, and the outcome
// is saved only if the payment is still where the errand found it. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "libs/pg/timer.h"
#include "services/payments/deps.h"

namespace fiscus::payments {

// Runs the errand of the payment that `timer` names, if its timer is `kind`. An error: run again
// later.
absl::Status RunErrand(const Deps& deps, std::string_view kind, const pg::Timer& timer);

// Tells the runners what to run.
void HandleTimers(const Deps& deps, pg::TimerRunner& ledger, pg::TimerRunner& bank);

}  // namespace fiscus::payments
