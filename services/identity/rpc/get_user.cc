#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "services/identity/deps.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {

absl::StatusOr<v1::User> GetUser(const Deps& deps, const Call& call,
                                 const v1::GetUserRequest& request) {
  v1::User user;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::optional<Account> account, FindAccount(tx, request.user_id()));
        if (!account.has_value()) {
          return Refuse(absl::StatusCode::kNotFound, reason::kUserNotFound,
                        "no user " + request.user_id(), {{"user_id", request.user_id()}});
        }
        ASSIGN_OR_RETURN(auto grants, ListGrants(tx, {account->user_id}));
        user = ToProto(*account, grants[account->user_id]);
        return absl::OkStatus();
      }));
  return user;
}

}  // namespace fiscus::identity
