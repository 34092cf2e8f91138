#include "services/alerting/publish/publish.h"

#include <utility>
#include <vector>

#include "fiscus/alerting/v1/events.pb.h"
#include "libs/core/status.h"
#include "libs/events/outbox.h"
#include "services/alerting/publish/convert.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

// The state before a change; unspecified if the alert was raised by it.
v1::AlertState FromOf(const Change& change) {
  if (change.alert.version == 1) return v1::ALERT_STATE_UNSPECIFIED;
  return static_cast<v1::AlertState>(change.steps.front().from);
}

}  // namespace

absl::Status Publish(pg::Tx& tx, const Call& call, std::span<const Change> changes,
                     absl::TimeZone zone) {
  std::vector<events::Event> facts;
  std::vector<FeedEntry> entries;
  for (const Change& change : changes) {
    if (change.steps.empty()) continue;
    const Alert& alert = change.alert;
    v1::AlertStateChanged fact;
    *fact.mutable_alert() = ToProto(alert, zone);
    fact.set_from(FromOf(change));
    entries.push_back({.alert_id = alert.alert_id,
                       .unit_path = alert.last.unit_path,
                       .project_id = alert.last.project_id,
                       .from_state = fact.from(),
                       .alert = fact.alert().SerializeAsString()});
    facts.push_back(events::MakeEvent("alerts/" + alert.alert_id, alert.last.project_id, fact));
  }
  if (facts.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(events::Append(tx, call, facts).status());
  return AppendFeed(tx, entries);
}

}  // namespace fiscus::alerting
