#include "services/alerting/consumers/warning_changed.h"

#include <optional>
#include <string>

#include "fiscus/monitor/v1/events.pb.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
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
  // one changes nothing either.
  ASSIGN_OR_RETURN(const bool taken, HasEvidence(tx, warning.warning_id));
  if (taken) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Alert> latest, LockLatest(tx, warning.fingerprint));
  Change change = Receive(latest, warning, call.now);
  if (change.steps.empty()) {
    return latest ? KeepEvidence(tx, latest->alert_id, warning, call.now) : absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Calendar calendar, LoadCalendar(tx));
  ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> closed_on, LastClosedDay(tx));
  if (closed_on) change = CatchUp(std::move(change), *closed_on, calendar);
  Reckon(change.alert, calendar);

  RETURN_IF_ERROR(Save(deps, tx, call, latest, change));
  RETURN_IF_ERROR(KeepEvidence(tx, change.alert.alert_id, warning, call.now));
  tx.OnCommit([&deps] { deps.feed.Wake(); });
  return Publish(tx, call, {&change, 1}, deps.zone);
}

}  // namespace fiscus::alerting
