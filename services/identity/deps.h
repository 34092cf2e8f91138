// All that identity's handlers may use.
#pragma once

#include <functional>

#include "libs/cache/lock_board.h"
#include "libs/pg/database.h"
#include "services/identity/crypto/password_hash.h"
#include "services/identity/crypto/sealed_box.h"
#include "services/identity/crypto/secret_book.h"
#include "services/identity/domain/session.h"
#include "services/identity/domain/throttle.h"
#include "services/identity/issue/key_ring.h"
#include "services/identity/issue/token_issuer.h"
#include "services/identity/policies/policies.h"

namespace fiscus::identity {

struct Settings {
  SessionPolicy session;
  ThrottlePolicy account_throttle;
  ThrottlePolicy tenant_throttle;
};

// References outlive the server. Thread-safe.
struct Deps {
  pg::Database& database;
  PasswordHasher& hasher;
  KeyRing& keys;
  const TokenIssuer& issuer;
  const SealedBox& box;
  cache::LockBoard& locks;
  const Policies& policies;
  const SecretBook& secrets;
  Settings settings;
  std::function<void()>
      keys_or_revocations_changed;  // called after a commit that changed them; must not block
};

}  // namespace fiscus::identity
