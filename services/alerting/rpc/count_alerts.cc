// CountAlerts: counts by rule, severity and state over the caller's units.
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/alerting/deps.h"
#include "services/alerting/rpc/scopes.h"
#include "services/alerting/store/alert_store.h"

namespace fiscus::alerting {

absl::StatusOr<v1::CountAlertsResponse> CountAlerts(const Deps& deps, const Call& call,
                                                    const v1::CountAlertsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  RETURN_IF_ERROR(fields.status());
  v1::CountAlertsResponse response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<AlertTally> tallies,
                         TallyAlerts(tx, ScopesUnder(call, request.under_path())));
        response.Clear();
        for (const AlertTally& tally : tallies) {
          v1::AlertCount& count = *response.add_counts();
          count.set_rule_id(tally.rule_id);
          count.set_severity(static_cast<monitor::v1::Severity>(tally.severity));
          count.set_state(static_cast<v1::AlertState>(tally.state));
          count.set_alerts(tally.alerts);
        }
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::alerting
