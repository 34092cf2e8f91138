// Secrets at rest and keyed digests: AES-256-GCM and HMAC-SHA-256 under keys derived from the
// installation's master secret.
//
// Thread-safe after construction.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fiscus::identity {

// Least length of the master secret, bytes; it is expected to be random text (`openssl rand -base64
// 32`).
inline constexpr size_t kMasterSecretBytesMin = 32;

class SealedBox {
 public:
  // INVALID_ARGUMENT if the secret is too short. Keys are derived by HKDF-SHA-256 (RFC 5869), one
  // per purpose.
  static absl::StatusOr<SealedBox> FromMasterSecret(std::string_view secret);

  // nonce ‖ ciphertext ‖ tag (NIST SP 800-38D; a random nonce of 96 bits). `context` is
  // authenticated, not stored: a value that is moved to another row does not open there.
  std::string Seal(std::string_view plain, std::string_view context) const;
  // The plain text; DATA_LOSS if it was changed, moved, or sealed under another master secret.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view context) const;

  // HMAC-SHA-256 of `text`: for digests of texts that hold a password, which a plain digest would
  // let anybody guess.
  std::string KeyedDigest(std::string_view text) const;

 private:
  SealedBox(std::string seal_key, std::string digest_key)
      : seal_key_(std::move(seal_key)), digest_key_(std::move(digest_key)) {}

  std::string seal_key_;
  std::string digest_key_;
};

}  // namespace fiscus::identity
