// Loads and saves alerts, their histories and the log of changes. The only users of SQL together
// with clock_store.
//
// Every function works in the caller's transaction and tenant. Locks are taken in this order:
// clock, alerts (by id), head of the log of changes; whoever writes several alerts locks them all
// before the first append. Errors: those of libs/pg, and ALERT_NOT_FOUND where said.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/alerting/domain/alert.h"

namespace fiscus::alerting {

// Refuses with ALERT_NOT_FOUND.
absl::StatusOr<Alert> LoadAlert(pg::Tx& tx, const std::string& alert_id);

struct LockedAlert {
  Alert alert;
  bool superseded = false;  // a later alert of its fingerprint exists
};
// Locks the alert. Refuses with ALERT_NOT_FOUND.
absl::StatusOr<LockedAlert> LockAlert(pg::Tx& tx, const std::string& alert_id);

// The fingerprint's alert with the highest ordinal, locked.
absl::StatusOr<std::optional<Alert>> LockLatest(pg::Tx& tx, const std::string& fingerprint);

// The open alerts that the close of `day` concerns, all of them, locked; read in chunks.
absl::StatusOr<std::vector<Alert>> LockDue(pg::Tx& tx, absl::CivilDay day);

// All open alerts, locked; read in chunks.
absl::StatusOr<std::vector<Alert>> LockOpen(pg::Tx& tx);

// Which alerts a list wants. Empty texts: any.
struct AlertFilter {
  std::vector<std::string> scopes;  // unit paths; none: nothing
  std::string project_id;
  std::string rule_id;
  bool open_only = false;
  Severity severity_min = Severity::kClear;
};
// Up to `limit` alerts after `after_id` (empty: from the start), by id.
absl::StatusOr<std::vector<Alert>> PageOfAlerts(pg::Tx& tx, const AlertFilter& filter,
                                                const std::string& after_id, int limit);

struct AlertTally {
  std::string rule_id;
  Severity severity;
  State state;
  int64_t alerts = 0;  // count
};
// By rule, severity and state.
absl::StatusOr<std::vector<AlertTally>> TallyAlerts(pg::Tx& tx,
                                                    const std::vector<std::string>& scopes);

// Alerted units of alerts. Refuses with ALERT_NOT_FOUND if one of the ids is unknown.
absl::StatusOr<std::vector<std::string>> UnitPathsOf(pg::Tx& tx,
                                                     const std::vector<std::string>& alert_ids);

// One row of a history, as stored.
struct StoredStep {
  State state;
  absl::Time at;
  std::string actor;
  std::string on_behalf_of;
  std::string note;
  int escalation_level = 0;
};
// Oldest first.
absl::StatusOr<std::vector<StoredStep>> ListSteps(pg::Tx& tx, const std::string& alert_id);

// Who made a change, and when.
struct Author {
  std::string actor;  // user id, or the service for automatic steps
  std::string on_behalf_of;
  absl::Time at;
};

// Writes the alert of a change that a warning led to, with its steps. ABORTED if another
// transaction raised the fingerprint's next alert meanwhile: run again.
absl::Status SaveWarned(pg::Tx& tx, const Change& change, const Author& author);
// True if the warning was taken in already, whatever came of it.
absl::StatusOr<bool> WasTaken(pg::Tx& tx, const std::string& warning_id);
// Remembers that the warning was taken in and led to nothing: there is no alert to keep it.
absl::Status PassWarning(pg::Tx& tx, const std::string& warning_id, absl::Time now);
// Keeps the warning as evidence of the alert.
absl::Status KeepEvidence(pg::Tx& tx, const std::string& alert_id, const Warning& warning,
                          absl::Time now);

// Writes what commands, the clock or the calendar changed, with the steps. ABORTED as above.
absl::Status SaveMoved(pg::Tx& tx, std::span<const Change> changes, const Author& author);

}  // namespace fiscus::alerting
