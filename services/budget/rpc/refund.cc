// Refund: money of this year came back.
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {

void Refund(const Deps& deps, const Call& call, const v1::RefundRequest& request,
            rpc::Reply<v1::LedgerResponse> reply) {
  RunCommand(deps, call, ParseCommand(request), /*dry_run=*/false, std::move(reply));
}

}  // namespace fiscus::budget
