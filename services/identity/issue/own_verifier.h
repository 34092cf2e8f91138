// How identity verifies the tokens that it issued itself: by its own key ring and its own table of
// revocations, where other services ask over the network (rpc::RemoteVerifier). Fails closed when
// the revocations are older than allowed. Thread-safe.
#pragma once

#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "libs/rpc/auth.h"
#include "libs/runtime/clock.h"
#include "services/identity/issue/key_ring.h"
#include "services/identity/issue/token_issuer.h"

namespace fiscus::identity {

class OwnVerifier final : public rpc::TokenVerifier {
 public:
  // `keys`, `database` and `clock` must outlive the verifier.
  OwnVerifier(const KeyRing& keys, pg::Database& database, const Clock& clock, TokenOptions options)
      : keys_(keys), database_(database), clock_(clock), options_(std::move(options)) {}

  // Reads what was revoked since the last time.
  absl::Status Refresh();
  absl::StatusOr<Caller> Verify(std::string_view token, absl::Time now) const override;

 private:
  const KeyRing& keys_;
  pg::Database& database_;
  const Clock& clock_;
  const TokenOptions options_;

  std::mutex refreshing_;  // one reader at a time, so the cursor never goes back
  int64_t cursor_ = 0;
  mutable std::mutex mutex_;
  rpc::RevocationTable revocations_;
  absl::Time fresh_at_ = absl::InfinitePast();
};

}  // namespace fiscus::identity
