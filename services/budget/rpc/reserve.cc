// Reserve: phase one of a payment.
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {

void Reserve(const Deps& deps, const Call& call, const v1::ReserveRequest& request,
             rpc::Reply<v1::ReserveResponse> reply) {
  RunCommand(deps, call, ParseCommand(request), request.validate_only(),
             CommandDone([&units = deps.units, tenant = call.caller.tenant,
                          dry_run = request.validate_only(), reply = std::move(reply)](
                             absl::StatusOr<v1::LedgerResponse> response) mutable {
               if (!response.ok()) {
                 reply.Finish(response.status());
                 return;
               }
               // The payment's next calls name the reservation only: their authorisation needs no
               // query.
               if (!dry_run) {
                 units.Remember(tenant, "reservation", response->reservation().reservation_id(),
                                response->line().unit_path());
               }
               reply.Finish(ToReserveResponse(*std::move(response)));
             }));
}

}  // namespace fiscus::budget
