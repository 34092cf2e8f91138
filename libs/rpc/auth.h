// Who calls: tokens → Caller. See services/identity for the issuing side.
//
// Access tokens are JWTs signed with ES256 (RFC 7519, 7515, 7518 §3.4). Claims: iss, aud, sub, exp,
// iat, iat_ms, tenant, sid, home (unit path), grants [{"p": unit path, "i": [intents]}]; service
// tokens: svc instead of sid, tenant "*". Refusals (UNAUTHENTICATED): TOKEN_MISSING, TOKEN_INVALID,
// TOKEN_EXPIRED, TOKEN_REVOKED; UNAVAILABLE when keys or revocations are older than allowed (fail
// closed). Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fiscus/config/v1/config.pb.h"
#include "libs/runtime/call.h"

namespace fiscus::rpc {

// Verifies access tokens.
class TokenVerifier {
 public:
  virtual ~TokenVerifier() = default;
  virtual absl::StatusOr<Caller> Verify(std::string_view token, absl::Time now) const = 0;
  // False while every call would be UNAVAILABLE, because keys or revocations are missing or stale.
  virtual bool Ready() const { return true; }
};

// What a signed token said, before revocations are looked at.
struct TokenClaims {
  Caller caller;
  int64_t issued_at_ms = 0;
  absl::Time valid_from = absl::InfinitePast();  // nbf or iat, the later one
  absl::Time expires_at = absl::InfiniteFuture();
};

// Refuses with TOKEN_EXPIRED or, too early, TOKEN_INVALID. Clocks may differ by `skew`.
absl::Status CheckTimes(const TokenClaims& claims, absl::Time now, absl::Duration skew);

// Keys by id → public JWK (JSON). Pure: checks algorithm (ES256 only), signature, iss, aud, exp,
// nbf.
using PublicKeys = std::map<std::string, std::string>;
absl::StatusOr<TokenClaims> VerifySignedToken(std::string_view token, const PublicKeys& keys,
                                              std::string_view issuer, std::string_view audience,
                                              absl::Time now, absl::Duration skew);

// Revocations known to a verifier: user or session → newest dead issue time. Not thread-safe.
class RevocationTable {
 public:
  // Tokens of the subject issued at or before `not_before_ms` are dead.
  void Add(std::string_view tenant, std::string_view subject, bool session, int64_t not_before_ms);
  bool IsRevoked(const TokenClaims& claims) const;
  // Forgets revocations of tokens that have expired by themselves.
  void DropOlderThan(int64_t not_before_ms);

 private:
  std::map<std::string, int64_t, std::less<>> dead_until_ms_;
};

// Polls identity for keys and revocations, and verifies with them. A signature is verified once per
// token; times and revocations are checked on every call. Start before serving.
class RemoteVerifier final : public TokenVerifier {
 public:
  explicit RemoteVerifier(const config::v1::Auth& config);
  ~RemoteVerifier() override;
  // Fetches once and starts polling; not an error if identity is not there yet.
  void Start();
  absl::StatusOr<Caller> Verify(std::string_view token, absl::Time now) const override;
  bool Ready() const override;

 private:
  bool Fresh() const;  // needs the lock
  void Poll(std::stop_token stop);
  absl::Status FetchOnce();
  absl::Status FetchKeys();
  // One answer of identity; false: there was nothing left, so what is known is fresh.
  absl::StatusOr<bool> FetchRevocations();
  std::chrono::system_clock::time_point FetchDeadline() const;

  const config::v1::Auth config_;
  struct Remote;
  std::unique_ptr<Remote> remote_;
  mutable std::mutex mutex_;
  PublicKeys keys_;
  RevocationTable revocations_;
  int64_t cursor_ = 0;
  absl::Time fresh_at_ = absl::InfinitePast();
  std::jthread thread_;
};

}  // namespace fiscus::rpc
