// Access tokens: the claims that libs/rpc/auth.h reads, signed by the key of the moment.
// Thread-safe.
#pragma once

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/identity/domain/access.h"
#include "services/identity/issue/key_ring.h"

namespace fiscus::identity {

struct TokenOptions {
  std::string issuer;
  std::string audience;
  absl::Duration lifetime;
};

// Whose token it is.
struct TokenSubject {
  std::string tenant;
  std::string user_id;
  std::string session_id;
  std::string home_unit;
  EffectiveGrants grants;
  int64_t issued_at_ms = 0;  // for revocation, see IssueTimeMs
};

class TokenIssuer {
 public:
  TokenIssuer(const KeyRing& keys, TokenOptions options)
      : keys_(keys), options_(std::move(options)) {}

  // FAILED_PRECONDITION if the grants have outgrown a token (a role of the tenant was widened):
  // then nobody could use it.
  absl::StatusOr<std::string> ForUser(const TokenSubject& subject, absl::Time now) const;
  absl::StatusOr<std::string> ForService(const std::string& service,
                                         const std::set<std::string>& intents,
                                         absl::Time now) const;

  const TokenOptions& options() const { return options_; }

 private:
  const KeyRing& keys_;
  const TokenOptions options_;
};

}  // namespace fiscus::identity
