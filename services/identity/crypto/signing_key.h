// ECDSA keys on P-256 and the tokens that they sign (ES256: RFC 7518 §3.4, compact serialisation of
// RFC 7515).
//
// Values are cheap to copy (shared). Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fiscus::identity {

// A public key, coordinates in base64url as in a JWK.
struct PublicKey {
  std::string kid;
  std::string x;
  std::string y;
};

class SigningKey {
 public:
  // A fresh key. Its id is the beginning of its RFC 7638 thumbprint, so an id never names two keys.
  static absl::StatusOr<SigningKey> Generate();
  // A key from its private JWK, as given by PrivateJwk.
  static absl::StatusOr<SigningKey> FromPrivateJwk(std::string_view json);

  const PublicKey& public_key() const { return public_key_; }
  // The whole key as JSON; only to be sealed.
  absl::StatusOr<std::string> PrivateJwk() const;

  // A JWT: header {alg: ES256, kid, typ: JWT}, the claims as given (a JSON object), signature.
  absl::StatusOr<std::string> Sign(std::string_view claims_json) const;

 private:
  struct Impl;
  SigningKey(std::shared_ptr<const Impl> impl, PublicKey public_key)
      : impl_(std::move(impl)), public_key_(std::move(public_key)) {}
  static absl::StatusOr<SigningKey> Wrap(std::shared_ptr<Impl> impl);

  std::shared_ptr<const Impl> impl_;
  PublicKey public_key_;
};

}  // namespace fiscus::identity
