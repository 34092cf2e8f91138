// Translates between the simulation's plain commands and those of the ledger core.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "services/budget/domain/ledger.h"
#include "tests/sim/trace/trace.h"

namespace fiscus::sim {

// One simulated day; business dates follow the virtual clock.
inline constexpr int64_t kDayMs = 2000;
absl::CivilDay DateAt(int64_t now_ms);
int32_t DayNumber(absl::CivilDay day);
absl::CivilDay DayOf(int32_t number);

budget::Command CommandOf(const trace::LedgerCommand& command, int64_t now_ms);
// The tolerance profile that blocks above `block_bp`.
budget::ToleranceProfile ProfileOf(int block_bp);
std::string ProfileName(int block_bp);

trace::Entry EntryOf(const budget::Entry& entry, const std::string& request_id);
trace::Standing StandingOf(const std::string& line, const budget::LineStanding& standing);
trace::Hold HoldOf(const budget::Reservation& reservation);
std::string_view StateName(budget::ReservationState state);

}  // namespace fiscus::sim
