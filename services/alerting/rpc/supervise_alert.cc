// SuperviseAlert: what a supervisor may do.
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "services/alerting/rpc/command.h"

namespace fiscus::alerting {

absl::StatusOr<v1::Alert> SuperviseAlert(const Deps& deps, const Call& call,
                                         const v1::AlertCommandRequest& request) {
  static constexpr v1::AlertCommand kAllowed[] = {v1::ALERT_COMMAND_VERIFY,
                                                  v1::ALERT_COMMAND_DISMISS,
                                                  v1::ALERT_COMMAND_ORDER_RECTIFICATION,
                                                  v1::ALERT_COMMAND_CONFIRM_RESULT,
                                                  v1::ALERT_COMMAND_REJECT_RESULT,
                                                  v1::ALERT_COMMAND_CLOSE,
                                                  v1::ALERT_COMMAND_REOPEN};
  return RunCommand(deps, call, request, kAllowed);
}

}  // namespace fiscus::alerting
