// Password → tokens. The expensive part (Argon2id) runs outside any transaction; what it was
// checked against is checked again inside.
#include <optional>

#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/log.h"
#include "services/identity/deps.h"
#include "services/identity/domain/names.h"
#include "services/identity/domain/password.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/login_throttle.h"
#include "services/identity/rpc/sessions.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

// What is known before the password is looked at.
struct Known {
  TenantState tenant = TenantState::kAbsent;
  std::optional<Account> account;
};

absl::StatusOr<Known> LoadKnown(const Deps& deps, const Call& call, const LoginName& name) {
  Known known;
  std::map<std::string, LoginFailures> counters;
  RETURN_IF_ERROR(deps.database.Read(name.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(known.tenant, FindTenant(tx));
    ASSIGN_OR_RETURN(known.account, FindAccountByName(tx, name.username));
    ASSIGN_OR_RETURN(counters, LoadLoginFailures(tx, name.Subjects()));
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(CheckCounters(deps, name, counters, call.now));
  return known;
}

// Equal work for an unknown user and for a wrong password.
absl::StatusOr<bool> PasswordMatches(const Deps& deps, const Call& call, const Known& known,
                                     const std::string& password) {
  if (known.account.has_value())
    return deps.hasher.Verify(password, known.account->password_hash, HashWait(call));
  RETURN_IF_ERROR(deps.hasher.VerifyNobody(password, HashWait(call)));
  return false;
}

absl::Status OnWrongPassword(const Deps& deps, const Call& call, const LoginName& name,
                             const Known& known) {
  log::Info("login failed",
            {{"tenant", known.tenant != TenantState::kAbsent ? name.tenant : "unknown"},
             {"user", known.account.has_value() ? known.account->user_id : "unknown"},
             {"peer", call.peer}});
  // A tenant that does not exist has no counters: else anybody could fill the table with names.
  if (known.tenant != TenantState::kAbsent) RETURN_IF_ERROR(CountFailure(deps, call, name));
  return InvalidCredentials();
}

absl::StatusOr<v1::TokenResponse> OpenSession(const Deps& deps, const Call& call, pg::Tx& tx,
                                              const Account& verified) {
  RETURN_IF_ERROR(LockTenant(tx, TenantLock::kShared));
  ASSIGN_OR_RETURN(const TenantState tenant, FindTenant(tx));
  ASSIGN_OR_RETURN(const Account account, LockAccount(tx, verified.user_id));
  // Changed between the check of the password and this lock: then the check was of something else.
  if (account.password_hash != verified.password_hash) return InvalidCredentials();
  if (tenant == TenantState::kDisabled) {
    return Refuse(absl::StatusCode::kPermissionDenied, reason::kTenantDisabled,
                  "this tenant is disabled; ask the operator of the installation");
  }
  if (account.disabled) {
    return Refuse(absl::StatusCode::kPermissionDenied, reason::kUserDisabled,
                  "this user is disabled; ask an administrator");
  }
  const SessionStep step = {.session_id = NewUuid(),
                            .session_expires_at = call.now + deps.settings.session.lifetime,
                            .predecessor_hash = ""};
  RETURN_IF_ERROR(
      InsertSession(tx, step.session_id, account.user_id, call.now, step.session_expires_at));
  RETURN_IF_ERROR(ForgetLoginFailures(tx, AccountSubject(account.username)));
  const Call acting = ActingAs(call, tx.tenant(), account.user_id);
  RETURN_IF_ERROR(pg::InsertAudit(
      tx,
      {{.call = acting, .subject = "sessions/" + step.session_id, .before = "", .after = "OPEN"}}));
  return IssueTokens(deps, tx, account, step, call.now);
}

}  // namespace

absl::StatusOr<v1::TokenResponse> Login(const Deps& deps, const Call& call,
                                        const v1::LoginRequest& request) {
  if (request.password().size() > kPasswordBytesMax) {
    return InvalidFields({{.field = "password", .description = "at most 256 bytes"}});
  }
  const LoginName name = {.tenant = request.tenant(), .username = request.username()};
  if (!IsTenantSlug(name.tenant) || !IsUsername(name.username)) {
    RETURN_IF_ERROR(deps.hasher.VerifyNobody(request.password(), HashWait(call)));
    return InvalidCredentials();
  }
  RETURN_IF_ERROR(CheckBoard(deps, name));
  ASSIGN_OR_RETURN(const Known known, LoadKnown(deps, call, name));
  ASSIGN_OR_RETURN(const bool matches, PasswordMatches(deps, call, known, request.password()));
  if (!matches) return OnWrongPassword(deps, call, name, known);
  absl::StatusOr<v1::TokenResponse> response = absl::UnknownError("not run");
  RETURN_IF_ERROR(deps.database.Write(name.tenant, call.deadline, [&](pg::Tx& tx) {
    response = OpenSession(deps, call, tx, *known.account);
    return response.status();
  }));
  log::Info("login",
            {{"tenant", name.tenant}, {"user", known.account->user_id}, {"peer", call.peer}});
  return response;
}

}  // namespace fiscus::identity
