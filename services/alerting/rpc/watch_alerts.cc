// WatchAlerts: alerts in the caller's units as they change, from now or after a resume token.
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/alerting/deps.h"
#include "services/alerting/rpc/scopes.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

// Where the stream begins. A token from beyond the log's end is another installation's, or from
// before a restore: refused, because waiting for its position would miss changes.
absl::StatusOr<int64_t> StartOf(const Deps& deps, const Call& call,
                                const v1::WatchAlertsRequest& request) {
  int64_t head = 0;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(head, FeedHead(tx));
        return absl::OkStatus();
      }));
  if (request.resume_token().empty()) return head;
  const std::optional<int64_t> position = PositionOf(request.resume_token());
  if (!position || *position > head) {
    return InvalidFields(
        {{"resume_token", "not a token of this stream; list the alerts and watch from now"}});
  }
  return *position;
}

absl::Status Watch(const Deps& deps, const Call& call, const v1::WatchAlertsRequest& request,
                   const std::shared_ptr<AlertStream>& stream) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  FeedFilter filter{.scopes = {},
                    .project_id = fields.OptionalUuid("project_id", request.project_id())};
  RETURN_IF_ERROR(fields.status());
  filter.scopes = ScopesUnder(call, request.under_path());
  ASSIGN_OR_RETURN(const int64_t position, StartOf(deps, call, request));
  // At once, so that whoever loses the connection before the first change misses nothing either.
  v1::AlertChange start;
  start.set_resume_token(ResumeToken(position));
  stream->Write(std::move(start));
  if (!deps.feed.Subscribe(call.caller.tenant, position, std::move(filter), stream)) {
    return absl::UnavailableError("no room for another stream here; try again");
  }
  return absl::OkStatus();
}

}  // namespace

void WatchAlerts(const Deps& deps, const Call& call, const v1::WatchAlertsRequest& request,
                 std::shared_ptr<AlertStream> stream) {
  const absl::Status status = Watch(deps, call, request, stream);
  if (!status.ok()) stream->Finish(status);
}

}  // namespace fiscus::alerting
