#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/add_units.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {

absl::StatusOr<v1::Unit> CreateUnit(const Deps& deps, const Call& call,
                                    const v1::CreateUnitRequest& request) {
  ASSIGN_OR_RETURN(const Unit unit, ParseUnit(request));
  return pg::Transact<v1::Unit>(deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Unit> {
    ASSIGN_OR_RETURN(const std::vector<absl::Status> results, AddUnits(tx, {unit}, call.now));
    RETURN_IF_ERROR(results[0]);
    v1::Unit response = ToProto(unit);
    tx.AuditSubject("units" + unit.path, "", response.SerializeAsString());
    return response;
  });
}

}  // namespace fiscus::identity
