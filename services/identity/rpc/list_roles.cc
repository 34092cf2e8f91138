#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {

absl::StatusOr<v1::ListRolesResponse> ListRoles(const Deps& deps, const Call& call,
                                                const v1::ListRolesRequest&) {
  RoleTable own;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(own, ListOwnRoles(tx));
        return absl::OkStatus();
      }));
  v1::ListRolesResponse response;
  for (const auto& [name, role] : AllRoles(deps.policies.roles, std::move(own)))
    *response.add_roles() = ToProto(role);
  return response;
}

}  // namespace fiscus::identity
