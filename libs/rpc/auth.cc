#include "libs/rpc/auth.h"

#include <cjose/cjose.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <nlohmann/json.hpp>
#include <optional>

#include "fiscus/identity/v1/identity_service.grpc.pb.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/rpc/client.h"
#include "libs/rpc/verified_tokens.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::rpc {
namespace {

using nlohmann::json;

constexpr char kAlgorithm[] = "ES256";
constexpr int kFirstContactMs = 250;
constexpr int kFetchMinMs = 1000;
constexpr size_t kTokenBytesMax = size_t{16} << 10;
constexpr size_t kVerifiedMax = 10'000;  // about 1 KiB each
constexpr size_t kSignatureBytes = 64;   // r and s of P-256
// Access tokens live at most this long; older revocations concern nobody.
constexpr absl::Duration kTokenLifeMax = absl::Minutes(10);

absl::Status Unauthenticated(std::string_view reason, std::string_view message) {
  return Refuse(absl::StatusCode::kUnauthenticated, reason, message, {}, kCommonDomain);
}
absl::Status Revoked() {
  return Unauthenticated("TOKEN_REVOKED", "the session was ended; log in again");
}
absl::Status Invalid(std::string_view message) { return Unauthenticated("TOKEN_INVALID", message); }

struct JwsDeleter {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};

// True if the token ends in a signature of 64 bytes in the one spelling that RFC 4648 §3.5 calls
// canonical. cjose passes over bytes behind the signature and over unused bits, so without this a
// token would have many spellings.
bool EndsInSignature(std::string_view token) {
  const std::string_view text = token.substr(token.rfind('.') + 1);
  const std::optional<std::string> bytes = Base64UrlDecode(text);
  return bytes.has_value() && bytes->size() == kSignatureBytes && Base64UrlEncode(*bytes) == text;
}

// The payload of a token whose signature verifies with the key that its header names.
absl::StatusOr<json> VerifiedPayload(std::string_view token, const PublicKeys& keys) {
  if (!EndsInSignature(token)) return Invalid("the token is not a JWT");
  cjose_err error{};
  const std::unique_ptr<cjose_jws_t, JwsDeleter> jws(
      cjose_jws_import(token.data(), token.size(), &error));
  if (jws == nullptr) return Invalid("the token is not a JWT");
  cjose_header_t* header = cjose_jws_get_protected(jws.get());
  const char* algorithm = cjose_header_get(header, CJOSE_HDR_ALG, &error);
  const char* kid = cjose_header_get(header, CJOSE_HDR_KID, &error);
  // One algorithm, decided here and never by the token.
  if (algorithm == nullptr || std::string_view(algorithm) != kAlgorithm)
    return Invalid("the token's algorithm is not ES256");
  const auto key = kid == nullptr ? keys.end() : keys.find(kid);
  if (key == keys.end()) return Invalid("the token's key is unknown or retired");
  const std::unique_ptr<cjose_jwk_t, JwsDeleter> jwk(
      cjose_jwk_import(key->second.data(), key->second.size(), &error));
  if (jwk == nullptr || !cjose_jws_verify(jws.get(), jwk.get(), &error))
    return Invalid("the token's signature does not verify");
  uint8_t* bytes = nullptr;
  size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &bytes, &size, &error))
    return Invalid("the token has no payload");
  json payload = json::parse(bytes, bytes + size, nullptr, false);
  if (!payload.is_object()) return Invalid("the token's payload is not a JSON object");
  return payload;
}

std::string Text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}
int64_t Number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

bool NamesAudience(const json& payload, std::string_view audience) {
  const auto aud = payload.find("aud");
  if (aud == payload.end()) return false;
  if (aud->is_string()) return aud->get<std::string>() == audience;
  return aud->is_array() && std::any_of(aud->begin(), aud->end(), [&](const json& a) {
           return a.is_string() && a.get<std::string>() == audience;
         });
}

absl::StatusOr<std::vector<Grant>> ReadGrants(const json& payload) {
  std::vector<Grant> grants;
  const auto list = payload.find("grants");
  if (list == payload.end() || !list->is_array()) return Invalid("the token has no grants");
  for (const json& entry : *list) {
    Grant grant{.unit_path = entry.is_object() ? Text(entry, "p") : ""};
    if (grant.unit_path != "/" && !IsUnitPath(grant.unit_path))
      return Invalid("a grant has no unit path");
    const auto intents = entry.find("i");
    if (intents == entry.end() || !intents->is_array()) return Invalid("a grant has no intents");
    for (const json& intent : *intents) {
      if (intent.is_string()) grant.intents.push_back(intent.get<std::string>());
    }
    std::sort(grant.intents.begin(), grant.intents.end());
    grants.push_back(std::move(grant));
  }
  return grants;
}

std::string TableKey(std::string_view tenant, std::string_view subject, bool session) {
  std::string key(tenant);
  key += session ? "\ns\n" : "\nu\n";
  key += subject;
  return key;
}

}  // namespace

absl::Status CheckTimes(const TokenClaims& claims, absl::Time now, absl::Duration skew) {
  if (now >= claims.expires_at + skew)
    return Unauthenticated("TOKEN_EXPIRED", "the token has expired; refresh it");
  if (now < claims.valid_from - skew) return Invalid("the token is not valid yet");
  return absl::OkStatus();
}

absl::StatusOr<TokenClaims> VerifySignedToken(std::string_view token, const PublicKeys& keys,
                                              std::string_view issuer, std::string_view audience,
                                              absl::Time now, absl::Duration skew) {
  if (token.empty() || token.size() > kTokenBytesMax)
    return Invalid("the token is empty or too long");
  ASSIGN_OR_RETURN(const json payload, VerifiedPayload(token, keys));
  if (Text(payload, "iss") != issuer) return Invalid("the token is from another issuer");
  if (!NamesAudience(payload, audience)) return Invalid("the token is for another audience");
  const int64_t expires = Number(payload, "exp");
  if (expires == 0) return Invalid("the token never expires");
  TokenClaims claims;
  claims.expires_at = absl::FromUnixSeconds(expires);
  claims.valid_from =
      absl::FromUnixSeconds(std::max(Number(payload, "nbf"), Number(payload, "iat")));
  RETURN_IF_ERROR(CheckTimes(claims, now, skew));
  claims.issued_at_ms = Number(payload, "iat_ms");
  claims.caller.tenant = Text(payload, "tenant");
  claims.caller.subject = Text(payload, "sub");
  claims.caller.session = Text(payload, "sid");
  claims.caller.service = Text(payload, "svc");
  claims.caller.home_unit = Text(payload, "home");
  if (claims.caller.tenant.empty() || claims.caller.subject.empty() || claims.issued_at_ms == 0)
    return Invalid("the token lacks claims");
  ASSIGN_OR_RETURN(claims.caller.grants, ReadGrants(payload));
  return claims;
}

void RevocationTable::Add(std::string_view tenant, std::string_view subject, bool session,
                          int64_t not_before_ms) {
  int64_t& newest = dead_until_ms_[TableKey(tenant, subject, session)];
  newest = std::max(newest, not_before_ms);
}

bool RevocationTable::IsRevoked(const TokenClaims& claims) const {
  const auto user =
      dead_until_ms_.find(TableKey(claims.caller.tenant, claims.caller.subject, false));
  if (user != dead_until_ms_.end() && claims.issued_at_ms <= user->second) return true;
  return dead_until_ms_.contains(TableKey(claims.caller.tenant, claims.caller.session, true));
}

void RevocationTable::DropOlderThan(int64_t not_before_ms) {
  std::erase_if(dead_until_ms_, [&](const auto& entry) { return entry.second < not_before_ms; });
}

struct RemoteVerifier::Remote {
  explicit Remote(const std::string& address)
      : stub(identity::v1::IdentityService::NewStub(MakeChannel(address))) {}
  std::unique_ptr<identity::v1::IdentityService::Stub> stub;
  VerifiedTokens verified{kVerifiedMax};  // by the present keys; under the verifier's lock
};

RemoteVerifier::RemoteVerifier(const config::v1::Auth& config)
    : config_(config), remote_(std::make_unique<Remote>(config.identity())) {}
RemoteVerifier::~RemoteVerifier() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void RemoteVerifier::Start() {
  if (const absl::Status status = FetchOnce(); !status.ok()) {
    log::Warning("identity does not answer yet", {{"error", std::string(status.message())}});
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Poll(stop); });
}

absl::Status RemoteVerifier::FetchOnce() {
  RETURN_IF_ERROR(FetchKeys());
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, FetchRevocations());
  }
  return absl::OkStatus();
}

absl::Status RemoteVerifier::FetchKeys() {
  grpc::ClientContext context;
  context.set_deadline(FetchDeadline());
  identity::v1::Jwks jwks;
  if (const grpc::Status status = remote_->stub->GetJwks(&context, {}, &jwks); !status.ok())
    return FromWire(status);
  PublicKeys keys;
  for (const identity::v1::Jwk& key : jwks.keys()) {
    keys[key.kid()] = json{
        {"kty", key.kty()},
        {"crv", key.crv()},
        {"x", key.x()},
        {"y", key.y()},
        {"kid",
         key.kid()}}.dump();
  }
  const std::lock_guard lock(mutex_);
  if (keys != keys_) remote_->verified.Clear();  // a token of a retired key is refused at once
  keys_ = std::move(keys);
  return absl::OkStatus();
}

absl::StatusOr<bool> RemoteVerifier::FetchRevocations() {
  const absl::Time asked_at = SystemClock().Now();
  grpc::ClientContext context;
  context.set_deadline(FetchDeadline());
  identity::v1::ListRevocationsRequest request;
  request.set_after_cursor(cursor_);  // only this thread writes it
  identity::v1::ListRevocationsResponse response;
  if (const grpc::Status status = remote_->stub->ListRevocations(&context, request, &response);
      !status.ok())
    return FromWire(status);
  const std::lock_guard lock(mutex_);
  for (const identity::v1::Revocation& r : response.revocations())
    revocations_.Add(r.tenant(), r.subject(), r.session(), r.not_before_ms());
  revocations_.DropOlderThan(absl::ToUnixMillis(asked_at - kTokenLifeMax));
  cursor_ = response.next_cursor();
  // How many identity gives at once is its own affair: only an empty answer says that this is all.
  if (response.revocations_size() > 0) return true;
  fresh_at_ = asked_at;
  return false;
}

std::chrono::system_clock::time_point RemoteVerifier::FetchDeadline() const {
  return std::chrono::system_clock::now() +
         std::chrono::milliseconds(std::max(config_.refresh_ms(), kFetchMinMs));
}

void RemoteVerifier::Poll(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any sleep;
  while (!stop.stop_requested()) {
    bool known = false;
    {
      const std::lock_guard lock(mutex_);
      known = fresh_at_ != absl::InfinitePast();
    }
    // Until identity was reached once, ask often: services start in any order.
    const int wait_ms =
        known ? config_.refresh_ms() : std::min(config_.refresh_ms(), kFirstContactMs);
    std::unique_lock lock(mutex);
    sleep.wait_for(lock, stop, std::chrono::milliseconds(wait_ms), [] { return false; });
    if (stop.stop_requested()) return;
    if (const absl::Status status = FetchOnce(); !status.ok()) {
      metrics::Counter("fiscus_auth_refresh_failures_total",
                       "Keys or revocations could not be fetched")
          .Increment();
      log::Warning("keys and revocations not refreshed",
                   {{"error", std::string(status.message())}});
    }
  }
}

// The machine's clock on both sides: a call's `now` may be a test's.
bool RemoteVerifier::Fresh() const {
  return SystemClock().Now() - fresh_at_ <= absl::Milliseconds(config_.stale_max_ms());
}

bool RemoteVerifier::Ready() const {
  const std::lock_guard lock(mutex_);
  return Fresh();
}

absl::StatusOr<Caller> RemoteVerifier::Verify(std::string_view token, absl::Time now) const {
  const std::string digest = Sha256(token);
  const absl::Duration skew = absl::Seconds(config_.skew_s());
  PublicKeys keys;
  {
    const std::lock_guard lock(mutex_);
    if (!Fresh()) {
      return absl::UnavailableError("keys and revocations are too old: identity does not answer");
    }
    if (const TokenClaims* claims = remote_->verified.Find(digest); claims != nullptr) {
      RETURN_IF_ERROR(CheckTimes(*claims, now, skew));
      if (revocations_.IsRevoked(*claims)) return Revoked();
      return claims->caller;
    }
    keys = keys_;
  }
  ASSIGN_OR_RETURN(TokenClaims claims,
                   VerifySignedToken(token, keys, config_.issuer(), config_.audience(), now, skew));
  const std::lock_guard lock(mutex_);
  if (revocations_.IsRevoked(claims)) return Revoked();
  if (keys == keys_) remote_->verified.Add(digest, claims, now);
  return std::move(claims.caller);
}

}  // namespace fiscus::rpc
