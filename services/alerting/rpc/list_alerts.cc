// ListAlerts: alerts in the caller's units, ordered by id.
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/alerting/deps.h"
#include "services/alerting/publish/convert.h"
#include "services/alerting/rpc/scopes.h"
#include "services/alerting/store/alert_store.h"

namespace fiscus::alerting {
namespace {

constexpr size_t kRuleIdBytesMax = 40;

absl::StatusOr<AlertFilter> Parse(const Call& call, const v1::ListAlertsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  AlertFilter filter{.scopes = {},
                     .project_id = fields.OptionalUuid("project_id", request.project_id()),
                     .rule_id = fields.Text("rule_id", request.rule_id(), 0, kRuleIdBytesMax),
                     .open_only = request.open_only(),
                     .severity_min = static_cast<Severity>(request.severity_min())};
  fields.Check(monitor::v1::Severity_IsValid(request.severity_min()), "severity_min",
               "not a severity");
  RETURN_IF_ERROR(fields.status());
  filter.scopes = ScopesUnder(call, request.under_path());
  return filter;
}

}  // namespace

absl::StatusOr<v1::ListAlertsResponse> ListAlerts(const Deps& deps, const Call& call,
                                                  const v1::ListAlertsRequest& request) {
  ASSIGN_OR_RETURN(const AlertFilter filter, Parse(call, request));
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  std::vector<Alert> alerts;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(alerts, PageOfAlerts(tx, filter, position.empty() ? "" : position.front(),
                                              page_size + 1));
        return absl::OkStatus();
      }));

  v1::ListAlertsResponse response;
  const bool more = static_cast<int>(alerts.size()) > page_size;
  if (more) alerts.pop_back();
  for (const Alert& alert : alerts) *response.add_alerts() = ToProto(alert, deps.zone);
  if (more)
    response.set_next_page_token(rpc::MakePageToken(call, request, {alerts.back().alert_id}));
  return response;
}

}  // namespace fiscus::alerting
