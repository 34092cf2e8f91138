#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/rpc/granting.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {

absl::StatusOr<v1::User> SetUserGrants(const Deps& deps, const Call& call,
                                       const v1::SetUserGrantsRequest& request) {
  const std::vector<Grant> after = GrantsOf(request.grants());
  return pg::Transact<v1::User>(deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::User> {
    ASSIGN_OR_RETURN(const Account account, LockAccount(tx, request.user_id()));
    ASSIGN_OR_RETURN(auto present, ListGrants(tx, {account.user_id}));
    const std::vector<Grant> before = std::move(present[account.user_id]);
    RETURN_IF_ERROR(MayGrant(deps, call, tx, account.user_id, before, after));
    tx.AuditSubject("users/" + account.user_id, GrantsText(before), GrantsText(after));
    if (GrantsText(before) != GrantsText(after)) {
      RETURN_IF_ERROR(ReplaceGrants(tx, account.user_id, after));
      RETURN_IF_ERROR(KillTokens(deps, tx, {account}, call.now));
    }
    return ToProto(account, after);
  });
}

}  // namespace fiscus::identity
