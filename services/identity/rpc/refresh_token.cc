// Refresh token → new tokens; what happens to a token that was used before is decided in
// domain/session.h.
#include <optional>

#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/pg/transact.h"
#include "libs/runtime/log.h"
#include "services/identity/deps.h"
#include "services/identity/domain/names.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/sessions.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

// Longest refresh token that is looked at, characters; ours have 43.
constexpr size_t kTokenMax = 256;

absl::Status InvalidRefreshToken() {
  return Refuse(absl::StatusCode::kUnauthenticated, reason::kInvalidRefreshToken,
                "unknown, expired, spent or revoked; log in again");
}

absl::Status Audit(const Call& call, pg::Tx& tx, const Account& account,
                   const std::string& session_id, const char* after) {
  const Call acting = ActingAs(call, tx.tenant(), account.user_id);
  return pg::InsertAudit(
      tx,
      {{.call = acting, .subject = "sessions/" + session_id, .before = "OPEN", .after = after}});
}

absl::Status EndReusedSession(const Deps& deps, const Call& call, pg::Tx& tx,
                              const Account& account, const std::string& session_id) {
  log::Warning("a spent refresh token was used again: session ended", {{"tenant", tx.tenant()},
                                                                       {"user", account.user_id},
                                                                       {"session", session_id},
                                                                       {"peer", call.peer}});
  RETURN_IF_ERROR(EndSessionsAndTokens(deps, tx, account, {.only = session_id, .except = ""},
                                       kEndedByReuse, call.now)
                      .status());
  return Audit(call, tx, account, session_id, "REUSE");
}

// Nothing in `response` means refused; the transaction commits all the same, because a reuse must
// end the session.
absl::Status Exchange(const Deps& deps, const Call& call, pg::Tx& tx, const std::string& hash,
                      std::optional<v1::TokenResponse>& response) {
  response.reset();
  ASSIGN_OR_RETURN(const std::optional<std::string> owner, FindRefreshOwner(tx, hash));
  if (!owner.has_value()) return absl::OkStatus();
  RETURN_IF_ERROR(LockTenant(tx, TenantLock::kShared));
  ASSIGN_OR_RETURN(const TenantState tenant, FindTenant(tx));
  ASSIGN_OR_RETURN(const Account account, LockAccount(tx, *owner));
  ASSIGN_OR_RETURN(LoadedRefreshToken token, LoadRefreshToken(tx, hash));
  token.facts.user_disabled = account.disabled || tenant == TenantState::kDisabled;
  switch (DecideRefresh(token.facts, deps.settings.session, call.now)) {
    case RefreshDecision::kRefuse:
      return absl::OkStatus();
    case RefreshDecision::kReuse:
      return EndReusedSession(deps, call, tx, account, token.session_id);
    case RefreshDecision::kRetry:
      RETURN_IF_ERROR(DiscardSuccessor(tx, hash, call.now));
      break;
    case RefreshDecision::kRotate:
      RETURN_IF_ERROR(SpendRefreshToken(tx, hash, call.now));
      break;
  }
  RETURN_IF_ERROR(TouchSession(tx, token.session_id, call.now));
  RETURN_IF_ERROR(Audit(call, tx, account, token.session_id, "REFRESHED"));
  const SessionStep step = {.session_id = token.session_id,
                            .session_expires_at = token.facts.session_expires_at,
                            .predecessor_hash = hash};
  ASSIGN_OR_RETURN(response, IssueTokens(deps, tx, account, step, call.now));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::TokenResponse> RefreshToken(const Deps& deps, const Call& call,
                                               const v1::RefreshTokenRequest& request) {
  const std::string& token = request.refresh_token();
  if (!IsTenantSlug(request.tenant()) || token.empty() || token.size() > kTokenMax)
    return InvalidRefreshToken();
  std::optional<v1::TokenResponse> response;
  RETURN_IF_ERROR(deps.database.Write(request.tenant(), call.deadline, [&](pg::Tx& tx) {
    return Exchange(deps, call, tx, Sha256(token), response);
  }));
  if (!response.has_value()) return InvalidRefreshToken();
  return *std::move(response);
}

}  // namespace fiscus::identity
