// What the ledger engine loads and writes, always many rows at a time. Runs in the engine's
// transaction.
//
// Order of a group: LockLines first (row locks in order of line id decide between replicas), then
// the rest, which only the holder of the lines' locks changes. Writes name what they expect to
// replace; ABORTED means that a fence outside the locks gave way, and the group must be tried again
// from the start. Thread-safe (no state).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/budget/domain/line.h"
#include "services/budget/store/line_store.h"

namespace fiscus::budget::store {

// A line that has a code which a new line wants.
struct CodeOwner {
  int32_t fiscal_year = 0;
  std::string code;
  std::string line_id;
};

// An encumbrance by its key.
struct ContractEncumbrance {
  std::string line_id;
  std::string contract_id;
  Encumbrance encumbrance;
};

// A line whose standing changed since it was locked at `from_version`.
struct LineChange {
  std::string line_id;
  int64_t from_version = 0;
  LineStanding standing;
};

// A reservation that changed since it was read.
struct ReservationChange {
  Reservation reservation;
  ReservationState from_state = ReservationState::kPending;
  int64_t from_refunded = 0;
};

// What LockLines does about a line that another transaction holds.
enum class OnLocked {
  kWait,  // for 300 ms, then ABORTED
  kSkip,  // leaves it out
};
// Locks the lines with these ids, and those of these reservations.
absl::StatusOr<std::vector<Line>> LockLines(pg::Tx& tx, const std::vector<std::string>& line_ids,
                                            const std::vector<std::string>& reservation_ids,
                                            OnLocked on_locked);
absl::StatusOr<std::vector<Reservation>> LoadReservations(
    pg::Tx& tx, const std::vector<std::string>& reservation_ids);
absl::StatusOr<std::vector<ContractEncumbrance>> LoadEncumbrances(
    pg::Tx& tx, const std::vector<std::pair<std::string, std::string>>& line_and_contract);
absl::StatusOr<std::vector<CodeOwner>> FindCodes(
    pg::Tx& tx, const std::vector<std::pair<int32_t, std::string>>& year_and_code);

// ALREADY_EXISTS: another transaction made one of them meanwhile.
absl::Status InsertLines(pg::Tx& tx, const std::vector<Line>& lines, absl::Time now);
absl::Status InsertReservations(pg::Tx& tx, const std::vector<Reservation>& reservations,
                                absl::Time now);
absl::Status InsertEntries(pg::Tx& tx, const std::vector<StoredEntry>& entries, absl::Time now);
// ABORTED: a row was not as expected.
absl::Status UpdateLines(pg::Tx& tx, const std::vector<LineChange>& changes);
absl::Status UpdateReservations(pg::Tx& tx, const std::vector<ReservationChange>& changes);
absl::Status SaveEncumbrances(pg::Tx& tx, const std::vector<ContractEncumbrance>& encumbrances);

}  // namespace fiscus::budget::store
