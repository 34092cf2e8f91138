// FreezeAmount: 冻结 or 解冻 of an amount.
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {

void FreezeAmount(const Deps& deps, const Call& call, const v1::FreezeAmountRequest& request,
                  rpc::Reply<v1::LedgerResponse> reply) {
  RunCommand(deps, call, ParseCommand(request), request.validate_only(), std::move(reply));
}

}  // namespace fiscus::budget
