// The business clock, the calendar of working days, and the log of changes that streams are fed
// from.
//
// Every function works in the caller's transaction and tenant; errors are those of libs/pg.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/alerting/domain/alert.h"
#include "services/alerting/domain/calendar.h"

namespace fiscus::alerting {

// The last closed day; nullopt: none yet.
absl::StatusOr<std::optional<absl::CivilDay>> LastClosedDay(pg::Tx& tx);
// The same, and locks the clock until commit.
absl::StatusOr<std::optional<absl::CivilDay>> LockClock(pg::Tx& tx);
// Moves the clock, which the caller has locked.
absl::Status AdvanceClock(pg::Tx& tx, absl::CivilDay day, const std::string& actor, absl::Time now);

// A tenant of the installation, and when it was met first.
struct KnownTenant {
  std::string tenant;
  absl::Time known_at;
};
// Remembers the transaction's tenant.
absl::Status KnowTenant(pg::Tx& tx, absl::Time now);
// All tenants, by name, whatever the transaction's.
absl::StatusOr<std::vector<KnownTenant>> ListKnownTenants(pg::Tx& tx);

// A day on which the tenant departs from the week.
struct NamedDay {
  absl::CivilDay date;
  bool worked = false;
  std::string name;
};
// By date, first and last included.
absl::StatusOr<std::vector<NamedDay>> ListNamedDays(pg::Tx& tx, absl::CivilDay first,
                                                    absl::CivilDay last);
absl::Status SaveNamedDays(pg::Tx& tx, const std::vector<NamedDay>& days);
// Lets days follow the week again.
absl::Status ForgetNamedDays(pg::Tx& tx, const std::vector<absl::CivilDay>& days);
// The tenant's calendar: all named days, some tens a year.
absl::StatusOr<Calendar> LoadCalendar(pg::Tx& tx);

// One entry of the log of changes.
struct FeedEntry {
  int64_t position = 0;  // set by the log
  std::string alert_id;  // not read back: it is in `alert`
  std::string unit_path;
  std::string project_id;  // empty: none
  int from_state = 0;      // number of AlertState before; 0: raised now
  std::string alert;       // serialised fiscus.alerting.v1.Alert
};
// Appends in order. Locks the head of the log until commit; do it last.
absl::Status AppendFeed(pg::Tx& tx, const std::vector<FeedEntry>& entries);
// Up to `limit` entries after a position, oldest first.
absl::StatusOr<std::vector<FeedEntry>> ReadFeed(pg::Tx& tx, int64_t after, int limit);
// Position of the last entry; 0: none.
absl::StatusOr<int64_t> FeedHead(pg::Tx& tx);

}  // namespace fiscus::alerting
