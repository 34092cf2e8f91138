// What happens to a refresh token that is presented, and when tokens die. Pure.
//
// A refresh token is spent by its first use, which makes a successor; the session is the family of
// all of them. A token that is presented again was either stolen or its answer was lost. The lost
// answer is forgiven within `retry_grace` and only while nobody has used the successor: the
// successor is discarded and another one made. If it was theft, both the thief and the owner now
// hold tokens of which at most one is alive, so the next use of the other one is a reuse and ends
// the session. A reuse is thus always found; the grace only moves the finding by one step. Source:
// RFC 9700 §4.14.2 (rotation, and revocation upon reuse).
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace fiscus::identity {

struct SessionPolicy {
  absl::Duration idle;         // a refresh token lives so long
  absl::Duration lifetime;     // a session ends after this time, however busy
  absl::Duration retry_grace;  // see above
};

// A refresh token with its session and user, as stored.
struct RefreshFacts {
  absl::Time token_expires_at;
  std::optional<absl::Time> spent_at;  // absent: never used
  bool discarded = false;              // replaced in a retry, never used
  bool successor_spent = false;        // its successor was used
  absl::Time session_expires_at;
  bool session_revoked = false;
  bool user_disabled = false;  // he or his tenant
};

enum class RefreshDecision {
  kRotate,  // spend it, make a successor
  kRetry,   // discard the unused successor, make another one
  kReuse,   // revoke the session, refuse
  kRefuse,  // expired, revoked or disabled
};

RefreshDecision DecideRefresh(const RefreshFacts& facts, const SessionPolicy& policy,
                              absl::Time now);

// When a refresh token made now expires: never later than its session.
absl::Time RefreshExpiry(const SessionPolicy& policy, absl::Time session_expires_at,
                         absl::Time now);

// Issue time of a new token, Unix ms: now, but after everything that was revoked, and never before
// the last one. So clocks that differ between two servers neither revive a dead token nor kill a
// new one.
int64_t IssueTimeMs(absl::Time now, int64_t last_issued_ms, int64_t revoked_until_ms);

// Revoking now kills all tokens issued at or before this time, Unix ms: also those that a server
// with a fast clock has issued.
int64_t RevokeUntilMs(absl::Time now, int64_t last_issued_ms);

}  // namespace fiscus::identity
