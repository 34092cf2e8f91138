#include "services/alerting/consumers/warning_changed.h"

#include <algorithm>
#include <optional>
#include <string>

#include "fiscus/monitor/v1/events.pb.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/alerting/domain/business_clock.h"
#include "services/alerting/publish/convert.h"
#include "services/alerting/publish/publish.h"
#include "services/alerting/store/alert_store.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

constexpr absl::Duration kTimeLimit = absl::Seconds(10);

absl::StatusOr<Warning> Parse(const events::Record& record) {
  monitor::v1::WarningChanged event;
  if (!event.ParseFromString(record.payload))
    return InvalidFields({{"payload", "not a WarningChanged"}});
  if (event.warning().tenant() != record.tenant) {
    return InvalidFields({{"warning.tenant", "differs from the tenant of the record's envelope"}});
  }
  return FromProto(event.warning());
}

// No business date of a warning is later than the day on which its cause was recorded, or than the
// day that is open (installations that play months close days in advance): a date in the future,
// which a client can name, must not put limits off.
absl::CivilDay LatestDay(const Deps& deps, const Call& call, const Warning& warning,
                         std::optional<absl::CivilDay> closed_on) {
  const absl::Time caused_at = ParseTimestamp(warning.caused_at).value_or(call.now);
  const absl::CivilDay recorded = absl::ToCivilDay(caused_at, deps.zone);
  return std::max(recorded, OpenDay(closed_on, recorded));
}

// Writes a change that the warning led to, and everything that goes with it.
absl::Status Save(const Deps& deps, pg::Tx& tx, const Call& call,
                  const std::optional<Alert>& before, const Change& change) {
  RETURN_IF_ERROR(
      SaveWarned(tx, change, {.actor = call.caller.subject, .on_behalf_of = "", .at = call.now}));
  const bool joined = before && before->alert_id == change.alert.alert_id;
  RETURN_IF_ERROR(
      pg::InsertAudit(tx, {{.call = call,
                            .subject = "alerts/" + change.alert.alert_id,
                            .before = joined ? ToProto(*before, deps.zone).SerializeAsString() : "",
                            .after = ToProto(change.alert, deps.zone).SerializeAsString()}}));
  return absl::OkStatus();
}

}  // namespace

absl::Status OnWarningChanged(const Deps& deps, pg::Tx& tx, const events::Record& record) {
  ASSIGN_OR_RETURN(const Warning warning, Parse(record));
  Call call = SystemCall("alerting", record.tenant, deps.clock.Now(), kTimeLimit);
  if (!record.traceparent.empty()) call.traceparent = record.traceparent;

  // libs/events drops what it has seen by sequence; a warning that is published anew under another
  // aggregate or sequence changes nothing either.
  ASSIGN_OR_RETURN(const bool taken, WasTaken(tx, warning.warning_id));
  if (taken) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Alert> latest, LockLatest(tx, warning.fingerprint));
  ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> closed_on, LastClosedDay(tx));
  Change change = Receive(latest, warning, call.now, LatestDay(deps, call, warning, closed_on));
  if (change.steps.empty()) {
    return latest ? KeepEvidence(tx, latest->alert_id, warning, call.now)
                  : PassWarning(tx, warning.warning_id, call.now);
  }
  ASSIGN_OR_RETURN(const Calendar calendar, LoadCalendar(tx));
  if (closed_on) change = CatchUp(std::move(change), *closed_on, calendar);
  Reckon(change.alert, calendar);

  RETURN_IF_ERROR(Save(deps, tx, call, latest, change));
  RETURN_IF_ERROR(KeepEvidence(tx, change.alert.alert_id, warning, call.now));
  tx.OnCommit([&deps] { deps.feed.Wake(); });
  return Publish(tx, call, {&change, 1}, deps.zone);
}

}  // namespace fiscus::alerting
