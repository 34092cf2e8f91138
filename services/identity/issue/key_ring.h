// The signing keys of the installation in this process: a copy of the key table, read again and
// again, and rotation when it is due.
//
// Several servers share the table; an advisory lock makes rotations happen once. A copy older than
// one cache lifetime is not used (UNAVAILABLE), so a server cut off from the database neither signs
// with a retired key nor publishes an old set. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "libs/runtime/clock.h"
#include "services/identity/crypto/sealed_box.h"
#include "services/identity/crypto/signing_key.h"
#include "services/identity/domain/keys.h"
#include "services/identity/store/signing_keys.h"

namespace fiscus::identity {

class KeyRing {
 public:
  // `database`, `clock` and `box` must outlive the ring.
  KeyRing(pg::Database& database, const Clock& clock, const SealedBox& box, KeyPolicy policy)
      : database_(database), clock_(clock), box_(box), policy_(policy) {}

  // Makes the key that is due, drops those that have expired, and reads the table. DATA_LOSS if the
  // master secret is another one.
  absl::Status Refresh();

  // The key that signs now.
  absl::StatusOr<SigningKey> Signer() const;
  // The keys that verifiers must know now.
  absl::StatusOr<std::vector<PublicKey>> Published() const;

  // In the caller's transaction: the key that waits to sign, made if there is none.
  absl::StatusOr<KeyTimes> Rotate(pg::Tx& tx) const;

  const KeyPolicy& policy() const { return policy_; }

 private:
  absl::Status Maintain(pg::Tx& tx) const;
  absl::StatusOr<KeyTimes> MakeKey(pg::Tx& tx, const std::vector<KeyTimes>& present) const;
  absl::Status Adopt(const std::vector<SigningKeyRow>& rows, absl::Time read_at);
  absl::Status CheckFresh() const;

  pg::Database& database_;
  const Clock& clock_;
  const SealedBox& box_;
  const KeyPolicy policy_;

  mutable std::mutex mutex_;
  std::vector<KeyTimes> times_;
  std::map<std::string, SigningKey> keys_;
  absl::Time read_at_ = absl::InfinitePast();
};

}  // namespace fiscus::identity
