// GetAlert: one alert with its steps.
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/alerting/deps.h"
#include "services/alerting/publish/convert.h"
#include "services/alerting/store/alert_store.h"

namespace fiscus::alerting {

absl::StatusOr<v1::Alert> GetAlert(const Deps& deps, const Call& call,
                                   const v1::GetAlertRequest& request) {
  rpc::Fields fields;
  const std::string alert_id = fields.Uuid("alert_id", request.alert_id());
  RETURN_IF_ERROR(fields.status());
  v1::Alert answer;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Alert alert, LoadAlert(tx, alert_id));
        ASSIGN_OR_RETURN(const std::vector<StoredStep> steps, ListSteps(tx, alert_id));
        answer = ToProto(alert, deps.zone);
        AddSteps(steps, answer);
        return absl::OkStatus();
      }));
  return answer;
}

}  // namespace fiscus::alerting
