// ListCalendarDays: the last closed day, and the named days of a year.
#include <optional>
#include "fiscus/alerting/v1/alerting_service.handlers.h"

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/alerting/deps.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {

absl::StatusOr<v1::ListCalendarDaysResponse> ListCalendarDays(
    const Deps& deps, const Call& call, const v1::ListCalendarDaysRequest& request) {
  rpc::Fields fields;
  fields.Check(request.year() >= 1900 && request.year() <= 2199, "year", "1900 to 2199");
  RETURN_IF_ERROR(fields.status());
  v1::ListCalendarDaysResponse response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<NamedDay> days,
                         ListNamedDays(tx, absl::CivilDay(request.year(), 1, 1),
                                       absl::CivilDay(request.year(), 12, 31)));
        ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> closed_on, LastClosedDay(tx));
        response.Clear();
        for (const NamedDay& day : days) {
          v1::CalendarDay& added = *response.add_days();
          added.set_date(FormatDate(day.date));
          added.set_kind(day.worked ? v1::CALENDAR_DAY_KIND_WORKED : v1::CALENDAR_DAY_KIND_HOLIDAY);
          added.set_name(day.name);
        }
        if (closed_on) response.set_last_closed(FormatDate(*closed_on));
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::alerting
