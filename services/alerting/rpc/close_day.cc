// CloseDay: ends a business day; publishes the tick to every partition and escalates what is
// overdue, in one transaction.
#include <optional>
#include "fiscus/alerting/v1/alerting_service.handlers.h"

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/alerting/clock/close.h"
#include "services/alerting/deps.h"
#include "services/alerting/domain/business_clock.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
absl::StatusOr<v1::CloseDayResponse> CloseDay(const Deps& deps, const Call& call,
                                              const v1::CloseDayRequest& request) {
  rpc::Fields fields;
  fields.Uuid("request_id", request.request_id());
  const absl::CivilDay day = fields.Date("date", request.date());
  RETURN_IF_ERROR(fields.status());
  std::optional<absl::CivilDay> latest;
  if (deps.days_ahead_max) latest = absl::ToCivilDay(call.now, deps.zone) + *deps.days_ahead_max;
  return pg::Transact<v1::CloseDayResponse>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::CloseDayResponse> {
        v1::CloseDayResponse response;
        response.set_date(FormatDate(day));
        ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> last, LockClock(tx));
        RETURN_IF_ERROR(MayClose(last, day, latest));
        tx.AuditSubject("clock/" + tx.tenant(), last ? FormatDate(*last) : "", FormatDate(day));
        if (last == day) return response;  // closed already, perhaps by another replica's timer
        RETURN_IF_ERROR(Close(deps, tx, call, day));
        return response;
      });
}

}  // namespace fiscus::alerting
