// SetCalendarDays: names holidays and worked weekends; due days of open alerts move with them.
#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>
#include "fiscus/alerting/v1/alerting_service.handlers.h"

#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/alerting/deps.h"
#include "services/alerting/domain/business_clock.h"
#include "services/alerting/publish/publish.h"
#include "services/alerting/store/alert_store.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

constexpr int kDaysMax = 400;
constexpr size_t kNameBytesMax = 100;
// Alerts written by one statement, count.
constexpr size_t kChunk = 500;

struct CalendarEdit {
  std::vector<NamedDay> named;
  std::vector<absl::CivilDay> forgotten;
  absl::CivilDay first = absl::CivilDay(2199, 12, 31);
};

absl::StatusOr<CalendarEdit> Parse(const v1::SetCalendarDaysRequest& request) {
  rpc::Fields fields;
  fields.Uuid("request_id", request.request_id());
  fields.BatchSize("days", request.days_size(), kDaysMax);
  CalendarEdit edit;
  std::set<std::string> seen;
  for (int i = 0; i < std::min(request.days_size(), kDaysMax); ++i) {
    const v1::CalendarDay& day = request.days(i);
    const std::string field = "days[" + std::to_string(i) + "]";
    const absl::CivilDay date = fields.Date(field + ".date", day.date());
    fields.Check(seen.insert(day.date()).second, field + ".date", "named twice in this request");
    fields.Check(v1::CalendarDayKind_IsValid(day.kind()), field + ".kind", "not a kind of day");
    const std::string name = fields.Text(field + ".name", day.name(), 0, kNameBytesMax);
    edit.first = std::min(edit.first, date);
    if (day.kind() == v1::CALENDAR_DAY_KIND_UNSPECIFIED) {
      edit.forgotten.push_back(date);
    } else {
      edit.named.push_back({date, day.kind() == v1::CALENDAR_DAY_KIND_WORKED, name});
    }
  }
  RETURN_IF_ERROR(fields.status());
  return edit;
}

// Moves the due days of open alerts; the number of those that moved. All are locked before the
// first is written.
absl::StatusOr<int64_t> MoveDueDays(const Deps& deps, pg::Tx& tx, const Call& call,
                                    absl::CivilDay today) {
  ASSIGN_OR_RETURN(const std::vector<Alert> open, LockOpen(tx));
  ASSIGN_OR_RETURN(const Calendar calendar, LoadCalendar(tx));
  std::vector<Change> changes;
  for (const Alert& alert : open) {
    if (Change change = Recalendar(alert, today, calendar); !change.steps.empty())
      changes.push_back(std::move(change));
  }
  for (size_t begin = 0; begin < changes.size(); begin += kChunk) {
    const auto chunk = std::span(changes).subspan(begin, std::min(kChunk, changes.size() - begin));
    RETURN_IF_ERROR(
        SaveMoved(tx, chunk, {.actor = "alerting", .on_behalf_of = call.Actor(), .at = call.now}));
    RETURN_IF_ERROR(Publish(tx, call, chunk, deps.zone));
  }
  return static_cast<int64_t>(changes.size());
}

}  // namespace

absl::StatusOr<v1::SetCalendarDaysResponse> SetCalendarDays(
    const Deps& deps, const Call& call, const v1::SetCalendarDaysRequest& request) {
  ASSIGN_OR_RETURN(const CalendarEdit edit, Parse(request));
  using Response = v1::SetCalendarDaysResponse;
  return pg::Transact<Response>(deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<Response> {
    ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> closed_on, LockClock(tx));
    RETURN_IF_ERROR(MayRename(closed_on, edit.first));
    if (!edit.named.empty()) RETURN_IF_ERROR(SaveNamedDays(tx, edit.named));
    if (!edit.forgotten.empty()) RETURN_IF_ERROR(ForgetNamedDays(tx, edit.forgotten));
    ASSIGN_OR_RETURN(const int64_t moved,
                     MoveDueDays(deps, tx, call, OpenDay(closed_on, edit.first)));
    tx.AuditSubject("calendar/" + tx.tenant(), "", request.SerializeAsString());
    tx.OnCommit([&deps] { deps.feed.Wake(); });
    Response response;
    response.set_alerts_moved(moved);
    return response;
  });
}

}  // namespace fiscus::alerting
