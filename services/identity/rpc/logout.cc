#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {

absl::StatusOr<v1::LogoutResponse> Logout(const Deps& deps, const Call& call,
                                          const v1::LogoutRequest& request) {
  const std::string only = request.all_sessions() ? "" : call.caller.session;
  RETURN_IF_ERROR(
      deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Account account, LockAccount(tx, call.caller.subject));
        RETURN_IF_ERROR(EndSessionsAndTokens(deps, tx, account, {.only = only, .except = ""},
                                             kEndedByLogout, call.now)
                            .status());
        const std::string subject = only.empty() ? "users/" + account.user_id : "sessions/" + only;
        return pg::InsertAudit(
            tx, {{.call = call, .subject = subject, .before = "OPEN", .after = "LOGOUT"}});
      }));
  return v1::LogoutResponse();
}

}  // namespace fiscus::identity
