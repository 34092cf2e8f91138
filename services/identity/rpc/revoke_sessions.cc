#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {

absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
    const Deps& deps, const Call& call, const v1::RevokeSessionsRequest& request) {
  return pg::Transact<v1::RevokeSessionsResponse>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::RevokeSessionsResponse> {
        ASSIGN_OR_RETURN(const Account account, LockAccount(tx, request.user_id()));
        ASSIGN_OR_RETURN(const int ended, EndSessionsAndTokens(deps, tx, account, {},
                                                               kEndedByAdministrator, call.now));
        tx.AuditSubject("users/" + account.user_id, "OPEN", "REVOKED");
        v1::RevokeSessionsResponse response;
        response.set_revoked(ended);
        return response;
      });
}

}  // namespace fiscus::identity
