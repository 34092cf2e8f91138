#include "services/alerting/clock/close.h"

#include <algorithm>
#include <span>
#include <vector>

#include "fiscus/alerting/v1/events.pb.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/events/outbox.h"
#include "services/alerting/publish/publish.h"
#include "services/alerting/store/alert_store.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

// Alerts written by one statement, count.
constexpr size_t kChunk = 500;

absl::Status AppendTick(pg::Tx& tx, const Call& call, absl::CivilDay day) {
  v1::DayClosed tick;
  tick.set_tenant(tx.tenant());
  tick.set_date(FormatDate(day));
  return events::AppendBroadcast(tx, call, events::MakeEvent("clock/" + tx.tenant(), "", tick));
}

// What the day does to open alerts. All are locked before the first is written (see alert_store.h).
absl::Status Escalate(const Deps& deps, pg::Tx& tx, const Call& call, absl::CivilDay day) {
  ASSIGN_OR_RETURN(const std::vector<Alert> due, LockDue(tx, day));
  ASSIGN_OR_RETURN(const Calendar calendar, LoadCalendar(tx));
  std::vector<Change> changes;
  for (const Alert& alert : due) {
    changes.push_back(AtDayClose(alert, day, calendar));
    Reckon(changes.back().alert, calendar);
  }
  const std::string on_behalf_of = call.caller.service == "alerting" ? "" : call.Actor();
  for (size_t begin = 0; begin < changes.size(); begin += kChunk) {
    const auto chunk = std::span(changes).subspan(begin, std::min(kChunk, changes.size() - begin));
    RETURN_IF_ERROR(
        SaveMoved(tx, chunk, {.actor = "alerting", .on_behalf_of = on_behalf_of, .at = call.now}));
    RETURN_IF_ERROR(Publish(tx, call, chunk, deps.zone));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Close(const Deps& deps, pg::Tx& tx, const Call& call, absl::CivilDay day) {
  RETURN_IF_ERROR(AdvanceClock(tx, day, call.Actor(), call.now));
  RETURN_IF_ERROR(AppendTick(tx, call, day));
  RETURN_IF_ERROR(Escalate(deps, tx, call, day));
  tx.OnCommit([&deps] { deps.feed.Wake(); });
  return absl::OkStatus();
}

}  // namespace fiscus::alerting
