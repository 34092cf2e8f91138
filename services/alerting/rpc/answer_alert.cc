// AnswerAlert: what the alerted unit may do.
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "services/alerting/rpc/command.h"

namespace fiscus::alerting {

absl::StatusOr<v1::Alert> AnswerAlert(const Deps& deps, const Call& call,
                                      const v1::AlertCommandRequest& request) {
  static constexpr v1::AlertCommand kAllowed[] = {v1::ALERT_COMMAND_ACKNOWLEDGE,
                                                  v1::ALERT_COMMAND_SUBMIT_RESULT};
  return RunCommand(deps, call, request, kAllowed);
}

}  // namespace fiscus::alerting
