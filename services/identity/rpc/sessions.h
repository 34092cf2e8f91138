// What several handlers do with sessions: issue their tokens, end them, and tell the verifiers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "libs/runtime/call.h"
#include "services/identity/deps.h"
#include "services/identity/store/accounts.h"
#include "services/identity/store/sessions.h"

namespace fiscus::identity {

struct SessionStep {
  std::string session_id;
  absl::Time session_expires_at;
  std::string
      predecessor_hash;  // digest of the refresh token that was spent for it; empty: the login
};

// New tokens of a session; the account's row is locked. Reads its grants now, so a token never
// carries older ones.
absl::StatusOr<v1::TokenResponse> IssueTokens(const Deps& deps, pg::Tx& tx, const Account& account,
                                              const SessionStep& step, absl::Time now);

// All tokens of these users issued until now are dead; their rows are locked. Refresh tokens stay:
// a change of grants costs no login.
absl::Status KillTokens(const Deps& deps, pg::Tx& tx, const std::vector<Account>& accounts,
                        absl::Time now);
// Ends sessions of a user, whose row is locked, with their tokens; how many were alive.
absl::StatusOr<int> EndSessionsAndTokens(const Deps& deps, pg::Tx& tx, const Account& account,
                                         const SessionSelection& selection,
                                         std::string_view because, absl::Time now);

// `call` as made by this person of this tenant, for audit records of calls without a token.
Call ActingAs(Call call, std::string_view tenant, std::string_view subject);

// INVALID_CREDENTIALS: one text for every cause.
absl::Status InvalidCredentials();

// A token issued longer ago is dead by itself, whatever the clock of its verifier.
absl::Duration TokenEnd(const Deps& deps);

// How long a call may wait for a place to hash a password.
absl::Duration HashWait(const Call& call);

}  // namespace fiscus::identity
