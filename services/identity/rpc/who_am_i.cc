#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "services/identity/deps.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {

absl::StatusOr<v1::WhoAmIResponse> WhoAmI(const Deps& deps, const Call& call,
                                          const v1::WhoAmIRequest&) {
  v1::WhoAmIResponse response;
  response.set_tenant(call.caller.tenant);
  for (const auto& [path, intents] : GrantsOf(call.caller)) {
    v1::EffectiveGrant& grant = *response.add_grants();
    grant.set_unit_path(path);
    for (const std::string& intent : intents) grant.add_intents(intent);
  }
  if (call.caller.IsService()) return response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::optional<Account> account,
                         FindAccount(tx, call.caller.subject));
        if (!account.has_value())
          return absl::InternalError("a token names a user that does not exist");
        ASSIGN_OR_RETURN(auto grants, ListGrants(tx, {account->user_id}));
        *response.mutable_user() = ToProto(*account, grants[account->user_id]);
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::identity
