#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/saga/commands.h"

namespace fiscus::payments {

absl::StatusOr<v1::Payment> ApproveByFinance(const Deps& deps, const Call& call,
                                             const v1::PaymentCommandRequest& request) {
  return RunCommand(deps, call, Command::kApproveByFinance, request);
}

}  // namespace fiscus::payments
