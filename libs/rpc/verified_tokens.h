// Tokens whose signature was verified, by the SHA-256 of their text: a caller who is busy costs one
// verification per token, not per call.
//
// Holds only what cannot change while the keys stay: times and revocations are the reader's to
// check. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "libs/rpc/auth.h"

namespace fiscus::rpc {

class VerifiedTokens {
 public:
  // Never holds more than `most` tokens.
  explicit VerifiedTokens(size_t most) : most_(most) {}

  // Null if the token was not verified with the present keys. Valid until the next Add or Clear.
  const TokenClaims* Find(const std::string& digest) const;
  // Makes room by dropping expired tokens, or all of them if none has expired.
  void Add(const std::string& digest, TokenClaims claims, absl::Time now);
  // The keys changed.
  void Clear() { claims_.clear(); }
  size_t size() const { return claims_.size(); }

 private:
  const size_t most_;
  std::unordered_map<std::string, TokenClaims> claims_;
};

}  // namespace fiscus::rpc
