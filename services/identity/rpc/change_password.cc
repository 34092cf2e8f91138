#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/runtime/log.h"
#include "services/identity/deps.h"
#include "services/identity/domain/password.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/login_throttle.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {
namespace {

// The caller's account, if its password may be tried now: a stolen token must not help to guess it.
absl::StatusOr<Account> LoadCaller(const Deps& deps, const Call& call) {
  std::optional<Account> account;
  std::map<std::string, LoginFailures> counters;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(account, FindAccount(tx, call.caller.subject));
        if (!account.has_value())
          return absl::InternalError("a token names a user that does not exist");
        ASSIGN_OR_RETURN(counters, LoadLoginFailures(tx, {AccountSubject(account->username)}));
        return absl::OkStatus();
      }));
  const LoginName name = {.tenant = call.caller.tenant, .username = account->username};
  RETURN_IF_ERROR(CheckCounters(deps, name, counters, call.now));
  return *std::move(account);
}

absl::Status Replace(const Deps& deps, const Call& call, pg::Tx& tx, const Account& verified,
                     const std::string& hash) {
  ASSIGN_OR_RETURN(const Account account, LockAccount(tx, verified.user_id));
  if (account.password_hash != verified.password_hash) return InvalidCredentials();
  RETURN_IF_ERROR(SetPassword(tx, account.user_id, hash, /*must_change=*/false));
  RETURN_IF_ERROR(EndSessionsAndTokens(deps, tx, account,
                                       {.only = "", .except = call.caller.session},
                                       kEndedByPassword, call.now)
                      .status());
  return pg::InsertAudit(
      tx,
      {{.call = call, .subject = "users/" + account.user_id, .before = "", .after = "PASSWORD"}});
}

}  // namespace

absl::StatusOr<v1::ChangePasswordResponse> ChangePassword(
    const Deps& deps, const Call& call, const v1::ChangePasswordRequest& request) {
  if (request.current_password().size() > kPasswordBytesMax) {
    return InvalidFields({{.field = "current_password", .description = "at most 256 bytes"}});
  }
  ASSIGN_OR_RETURN(const Account account, LoadCaller(deps, call));
  ASSIGN_OR_RETURN(const bool matches, deps.hasher.Verify(request.current_password(),
                                                          account.password_hash, HashWait(call)));
  if (!matches) {
    RETURN_IF_ERROR(
        CountFailure(deps, call, {.tenant = call.caller.tenant, .username = account.username}));
    return InvalidCredentials();
  }
  RETURN_IF_ERROR(CheckPassword(request.new_password(), account.username));
  RETURN_IF_ERROR(CheckNewPassword(request.new_password(), request.current_password()));
  ASSIGN_OR_RETURN(const std::string hash,
                   deps.hasher.Hash(request.new_password(), HashWait(call)));
  RETURN_IF_ERROR(deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) {
    return Replace(deps, call, tx, account, hash);
  }));
  log::Info("password changed", {{"tenant", call.caller.tenant}, {"user", account.user_id}});
  return v1::ChangePasswordResponse();
}

}  // namespace fiscus::identity
