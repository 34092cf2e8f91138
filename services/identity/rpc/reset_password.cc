#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/runtime/log.h"
#include "services/identity/deps.h"
#include "services/identity/domain/password.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/rpc/granting.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<std::string> UsernameOf(const Deps& deps, const Call& call,
                                       const std::string& user_id) {
  std::optional<Account> account;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(account, FindAccount(tx, user_id));
        return absl::OkStatus();
      }));
  if (!account.has_value()) return UserNotFound(user_id);
  return account->username;
}

// Whoever knows a password can act as its owner, if only for a moment: so it takes the right to
// give all that the owner holds.
absl::StatusOr<v1::User> Replace(const Deps& deps, const Call& call, pg::Tx& tx,
                                 const std::string& user_id, const std::string& hash) {
  ASSIGN_OR_RETURN(Account account, LockAccount(tx, user_id));
  ASSIGN_OR_RETURN(auto held, ListGrants(tx, {user_id}));
  const std::vector<Grant> grants = std::move(held[user_id]);
  RETURN_IF_ERROR(MayGrant(deps, call, tx, user_id, {}, grants));
  RETURN_IF_ERROR(SetPassword(tx, user_id, hash, /*must_change=*/true));
  RETURN_IF_ERROR(EndSessionsAndTokens(deps, tx, account, {}, kEndedByPassword, call.now).status());
  tx.AuditSubject("users/" + user_id, "", "PASSWORD_RESET");
  account.must_change_password = true;
  return ToProto(account, grants);
}

}  // namespace

absl::StatusOr<v1::User> ResetPassword(const Deps& deps, const Call& call,
                                       const v1::ResetPasswordRequest& request) {
  const std::string& user_id = request.user_id();
  // A stolen token must not do what asks for the present password elsewhere.
  if (user_id == call.caller.subject) {
    return Refuse(absl::StatusCode::kFailedPrecondition, reason::kOwnPassword,
                  "change your own password with ChangePassword");
  }
  ASSIGN_OR_RETURN(const std::string username, UsernameOf(deps, call, user_id));
  RETURN_IF_ERROR(CheckPassword(request.new_password(), username));
  ASSIGN_OR_RETURN(const std::string hash,
                   deps.hasher.Hash(request.new_password(), HashWait(call)));
  Call keyed = call;
  // The record of the request must not help to guess the password inside it.
  keyed.request_digest = deps.box.KeyedDigest(call.request_digest);
  ASSIGN_OR_RETURN(v1::User user, pg::Transact<v1::User>(deps.database, keyed, [&](pg::Tx& tx) {
                     return Replace(deps, call, tx, user_id, hash);
                   }));
  log::Info("password reset",
            {{"tenant", call.caller.tenant}, {"user", user_id}, {"by", call.caller.subject}});
  return user;
}

}  // namespace fiscus::identity
