#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {

absl::StatusOr<v1::User> SetUserDisabled(const Deps& deps, const Call& call,
                                         const v1::SetUserDisabledRequest& request) {
  return pg::Transact<v1::User>(deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::User> {
    ASSIGN_OR_RETURN(Account account, LockAccount(tx, request.user_id()));
    tx.AuditSubject("users/" + account.user_id, account.disabled ? "DISABLED" : "ENABLED",
                    request.disabled() ? "DISABLED" : "ENABLED");
    RETURN_IF_ERROR(SetDisabled(tx, account.user_id, request.disabled()));
    if (request.disabled()) {
      RETURN_IF_ERROR(
          EndSessionsAndTokens(deps, tx, account, {}, kEndedByDisabling, call.now).status());
    }
    account.disabled = request.disabled();
    ASSIGN_OR_RETURN(auto grants, ListGrants(tx, {account.user_id}));
    return ToProto(account, grants[account.user_id]);
  });
}

}  // namespace fiscus::identity
