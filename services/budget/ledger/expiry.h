// Reservations that time out: the timer of each pending reservation sends an EXPIRE command through
// the engine.
//
// Safe to run twice: the command has a request id of its own for each reservation, and one that was
// posted, voided or confirmed meanwhile is refused by the ledger, which is the right end of its
// timer. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "libs/pg/timer.h"
#include "libs/runtime/clock.h"
#include "services/budget/ledger/engine.h"

namespace fiscus::budget {

// Kind of the timers; their subject is the reservation's id.
inline constexpr char kExpiryTimer[] = "budget.expire";

// Handler of a due timer: waits for the engine's answer. Errors: the engine could not decide; the
// timer runs again.
absl::Status ExpireReservation(LedgerEngine& engine, const Clock& clock, const pg::Timer& timer);

}  // namespace fiscus::budget
