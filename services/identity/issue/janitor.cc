#include "services/identity/issue/janitor.h"

#include "libs/core/status.h"
#include "libs/runtime/clock.h"
#include "services/identity/store/sessions.h"

namespace fiscus::identity {
namespace {

constexpr absl::Duration kDatabaseTime = absl::Seconds(8);
// Ended sessions are kept for a day, so that a token shown late is still known as spent.
constexpr absl::Duration kKeepSessions = absl::Hours(24);
constexpr int kPortion = 5'000;

}  // namespace

absl::Status CleanUp(pg::Database& database, const pg::Timer& timer, absl::Time now) {
  return database.Write(
      timer.tenant, SystemClock().Now() + kDatabaseTime, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const int64_t deleted,
                         DeleteExpired(tx, now - kKeepSessions, now, kPortion));
        // A full portion means that there is more.
        const absl::Duration pause = deleted >= kPortion ? absl::Seconds(1) : kJanitorEvery;
        return pg::ScheduleTimer(tx, kJanitorTimer, timer.subject, now + pause);
      });
}

}  // namespace fiscus::identity
