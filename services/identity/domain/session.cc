#include "services/identity/domain/session.h"

#include <algorithm>

namespace fiscus::identity {

RefreshDecision DecideRefresh(const RefreshFacts& facts, const SessionPolicy& policy,
                              absl::Time now) {
  if (facts.session_revoked || facts.user_disabled || now >= facts.session_expires_at)
    return RefreshDecision::kRefuse;
  // Reuse is looked for before expiry: a spent token shown late is still a sign of theft.
  if (facts.discarded) return RefreshDecision::kReuse;
  if (facts.spent_at.has_value()) {
    const bool forgivable = !facts.successor_spent && now < *facts.spent_at + policy.retry_grace;
    return forgivable ? RefreshDecision::kRetry : RefreshDecision::kReuse;
  }
  return now < facts.token_expires_at ? RefreshDecision::kRotate : RefreshDecision::kRefuse;
}

absl::Time RefreshExpiry(const SessionPolicy& policy, absl::Time session_expires_at,
                         absl::Time now) {
  return std::min(now + policy.idle, session_expires_at);
}

int64_t IssueTimeMs(absl::Time now, int64_t last_issued_ms, int64_t revoked_until_ms) {
  return std::max({absl::ToUnixMillis(now), last_issued_ms, revoked_until_ms + 1});
}

int64_t RevokeUntilMs(absl::Time now, int64_t last_issued_ms) {
  return std::max(absl::ToUnixMillis(now), last_issued_ms);
}

}  // namespace fiscus::identity
