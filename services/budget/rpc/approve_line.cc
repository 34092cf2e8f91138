// ApproveLine: 批复: makes a line with its first entry.
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {

void ApproveLine(const Deps& deps, const Call& call, const v1::ApproveLineRequest& request,
                 rpc::Reply<v1::LedgerResponse> reply) {
  RunCommand(deps, call, ParseCommand(request), request.validate_only(), std::move(reply));
}

}  // namespace fiscus::budget
