#include "services/identity/rpc/sessions.h"

#include <algorithm>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/runtime/clock.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {
namespace {

constexpr size_t kRefreshTokenBytes = 32;
constexpr absl::Duration kHashWaitMax = absl::Seconds(5);
// Revocations outlive the last token that they concern by this much, for servers whose clocks
// differ.
constexpr absl::Duration kRevocationMargin = absl::Minutes(1);

absl::StatusOr<TokenSubject> SubjectOf(const Deps& deps, pg::Tx& tx, const Account& account,
                                       const std::string& session_id, absl::Time now) {
  ASSIGN_OR_RETURN(RoleTable own, ListOwnRoles(tx));
  ASSIGN_OR_RETURN(auto grants, ListGrants(tx, {account.user_id}));
  const RoleTable roles = AllRoles(deps.policies.roles, std::move(own));
  return TokenSubject{
      .tenant = tx.tenant(),
      .user_id = account.user_id,
      .session_id = session_id,
      .home_unit = account.unit_path,
      // Whoever chose the password for him knows it still.
      .grants = account.must_change_password ? EffectiveGrants()
                                             : Effective(grants[account.user_id], roles),
      .issued_at_ms = IssueTimeMs(now, account.last_issued_ms, account.revoked_until_ms)};
}

}  // namespace

absl::StatusOr<v1::TokenResponse> IssueTokens(const Deps& deps, pg::Tx& tx, const Account& account,
                                              const SessionStep& step, absl::Time now) {
  ASSIGN_OR_RETURN(const TokenSubject subject, SubjectOf(deps, tx, account, step.session_id, now));
  // Signed before the commit: a session without a token would be of no use to anybody.
  ASSIGN_OR_RETURN(std::string access_token, deps.issuer.ForUser(subject, now));
  RETURN_IF_ERROR(SetTokenTimes(tx, account.user_id, subject.issued_at_ms, 0));
  const std::string refresh_token = Base64UrlEncode(RandomBytes(kRefreshTokenBytes));
  RETURN_IF_ERROR(InsertRefreshToken(
      tx,
      {.hash = Sha256(refresh_token),
       .session_id = step.session_id,
       .predecessor_hash = step.predecessor_hash,
       .expires_at = RefreshExpiry(deps.settings.session, step.session_expires_at, now)},
      now));
  v1::TokenResponse response;
  response.set_access_token(std::move(access_token));
  response.set_expires_in_s(
      static_cast<int32_t>(absl::ToInt64Seconds(deps.issuer.options().lifetime)));
  response.set_refresh_token(refresh_token);
  response.set_token_type("Bearer");
  response.set_must_change_password(account.must_change_password);
  return response;
}

absl::Status KillTokens(const Deps& deps, pg::Tx& tx, const std::vector<Account>& accounts,
                        absl::Time now) {
  std::vector<std::string> ids;
  int64_t until_ms = 0;
  for (const Account& account : accounts) {
    ids.push_back(account.user_id);
    until_ms = std::max(until_ms, RevokeUntilMs(now, account.last_issued_ms));
  }
  for (const std::string& id : ids) RETURN_IF_ERROR(SetTokenTimes(tx, id, 0, until_ms));
  RETURN_IF_ERROR(
      PublishRevocations(tx, ids, /*of_sessions=*/false, until_ms, now + TokenEnd(deps)));
  tx.OnCommit(deps.keys_or_revocations_changed);
  return absl::OkStatus();
}

absl::StatusOr<int> EndSessionsAndTokens(const Deps& deps, pg::Tx& tx, const Account& account,
                                         const SessionSelection& selection,
                                         std::string_view because, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ended,
                   EndSessions(tx, account.user_id, selection, because, now));
  if (selection.only.empty() && selection.except.empty()) {
    RETURN_IF_ERROR(KillTokens(deps, tx, {account}, now));
  } else {
    const int64_t until_ms = RevokeUntilMs(now, account.last_issued_ms);
    RETURN_IF_ERROR(
        PublishRevocations(tx, ended, /*of_sessions=*/true, until_ms, now + TokenEnd(deps)));
    tx.OnCommit(deps.keys_or_revocations_changed);
  }
  return static_cast<int>(ended.size());
}

Call ActingAs(Call call, std::string_view tenant, std::string_view subject) {
  call.caller.tenant = std::string(tenant);
  call.caller.subject = std::string(subject);
  return call;
}

absl::Status InvalidCredentials() {
  return Refuse(absl::StatusCode::kUnauthenticated, reason::kInvalidCredentials,
                "tenant, user name, password or secret do not match");
}

absl::Duration TokenEnd(const Deps& deps) {
  return deps.issuer.options().lifetime + deps.keys.policy().skew + kRevocationMargin;
}

absl::Duration HashWait(const Call& call) {
  return std::clamp(call.deadline - SystemClock().Now(), absl::ZeroDuration(), kHashWaitMax);
}

}  // namespace fiscus::identity
