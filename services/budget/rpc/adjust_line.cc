// AdjustLine: 追加 or 追减.
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {

void AdjustLine(const Deps& deps, const Call& call, const v1::AdjustLineRequest& request,
                rpc::Reply<v1::LedgerResponse> reply) {
  RunCommand(deps, call, ParseCommand(request), request.validate_only(), std::move(reply));
}

}  // namespace fiscus::budget
