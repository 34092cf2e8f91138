#include "services/alerting/rpc/command.h"

#include <algorithm>
#include <string>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/alerting/domain/alert.h"
#include "services/alerting/domain/business_clock.h"
#include "services/alerting/publish/convert.h"
#include "services/alerting/publish/publish.h"
#include "services/alerting/store/alert_store.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

constexpr size_t kNoteBytesMax = 4000;

absl::Status Check(const v1::AlertCommandRequest& request,
                   std::span<const v1::AlertCommand> allowed) {
  rpc::Fields fields;
  fields.Uuid("request_id", request.request_id());
  fields.Uuid("alert_id", request.alert_id());
  if (std::find(allowed.begin(), allowed.end(), request.command()) == allowed.end()) {
    std::string names;
    for (const v1::AlertCommand command : allowed) names += " " + v1::AlertCommand_Name(command);
    fields.Bad("command", "one of:" + names);
  }
  fields.Text("note", request.note(), 0, kNoteBytesMax);
  fields.Check(request.expected_version() >= 0, "expected_version",
               "a version read before, or 0 for any");
  return fields.status();
}

absl::StatusOr<Change> Decide(pg::Tx& tx, const Call& call, const v1::AlertCommandRequest& request,
                              const LockedAlert& locked) {
  const Alert& alert = locked.alert;
  ASSIGN_OR_RETURN(const auto closed_on, LastClosedDay(tx));
  ASSIGN_OR_RETURN(Change change,
                   Apply(alert, static_cast<Command>(request.command()), request.note(),
                         request.expected_version(),
                         {.business_date = OpenDay(closed_on, alert.last.as_of),
                          .of_alerted_unit = IsWithin(call.caller.home_unit, alert.last.unit_path),
                          .latest_of_fingerprint = !locked.superseded}));
  ASSIGN_OR_RETURN(const Calendar calendar, LoadCalendar(tx));
  Reckon(change.alert, calendar);
  return change;
}

}  // namespace

absl::StatusOr<v1::Alert> RunCommand(const Deps& deps, const Call& call,
                                     const v1::AlertCommandRequest& request,
                                     std::span<const v1::AlertCommand> allowed) {
  RETURN_IF_ERROR(Check(request, allowed));
  return pg::Transact<v1::Alert>(deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Alert> {
    ASSIGN_OR_RETURN(const LockedAlert locked, LockAlert(tx, request.alert_id()));
    ASSIGN_OR_RETURN(const Change change, Decide(tx, call, request, locked));
    RETURN_IF_ERROR(
        SaveMoved(tx, {&change, 1}, {call.caller.subject, call.caller.on_behalf_of, call.now}));
    RETURN_IF_ERROR(Publish(tx, call, {&change, 1}, deps.zone));
    v1::Alert answer = ToProto(change.alert, deps.zone);
    tx.AuditSubject("alerts/" + request.alert_id(),
                    ToProto(locked.alert, deps.zone).SerializeAsString(),
                    answer.SerializeAsString());
    tx.OnCommit([&deps] { deps.feed.Wake(); });
    return answer;
  });
}

}  // namespace fiscus::alerting
