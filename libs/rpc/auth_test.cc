// Attacks on access tokens: algorithm confusion, forged and truncated signatures, foreign claims,
// retired keys, revoked sessions.
#include "libs/rpc/auth.h"

#include <cjose/cjose.h>
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fiscus/identity/v1/identity_service.grpc.pb.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/rpc/verified_tokens.h"
#include "libs/runtime/clock.h"

namespace fiscus::rpc {
namespace {

using nlohmann::json;

const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);
constexpr absl::Duration kSkew = absl::Seconds(5);

// A key that signs; `Public` is what the key set would hold.
class Key {
 public:
  explicit Key(std::string kid)
      : kid_(std::move(kid)),
        jwk_(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr), &cjose_jwk_release) {}
  const std::string& kid() const { return kid_; }
  const cjose_jwk_t* jwk() const { return jwk_.get(); }
  std::string Public() const {
    char* text = cjose_jwk_to_json(jwk_.get(), false, nullptr);
    std::string out = text;
    cjose_get_dealloc()(text);
    return out;
  }

 private:
  std::string kid_;
  std::unique_ptr<cjose_jwk_t, bool (*)(cjose_jwk_t*)> jwk_;
};

json GoodClaims() {
  const int64_t now = absl::ToUnixSeconds(kNow);
  return {{"iss", "fiscus"},
          {"aud", "fiscus"},
          {"sub", "u1"},
          {"tenant", "t1"},
          {"sid", "s1"},
          {"home", "/r/a/"},
          {"iat", now},
          {"iat_ms", now * 1000},
          {"exp", now + 300},
          {"grants", json::array({{{"p", "/r/a/"}, {"i", {"payments.submit", "budget.read"}}}})}};
}

std::string SignWith(const cjose_jwk_t* jwk, const char* algorithm, const std::string& kid,
                     const std::string& payload) {
  cjose_err error{};
  cjose_header_t* header = cjose_header_new(&error);
  cjose_header_set(header, "alg", algorithm, &error);
  if (!kid.empty()) cjose_header_set(header, "kid", kid.c_str(), &error);
  cjose_jws_t* jws = cjose_jws_sign(jwk, header, reinterpret_cast<const uint8_t*>(payload.data()),
                                    payload.size(), &error);
  REQUIRE(jws != nullptr);
  const char* token = nullptr;
  REQUIRE(cjose_jws_export(jws, &token, &error));
  std::string out = token;
  cjose_jws_release(jws);
  cjose_header_release(header);
  return out;
}

std::string Sign(const Key& key, const json& claims) {
  return SignWith(key.jwk(), "ES256", key.kid(), claims.dump());
}

absl::StatusOr<TokenClaims> Verify(const std::string& token, const PublicKeys& keys,
                                   absl::Time now = kNow) {
  return VerifySignedToken(token, keys, "fiscus", "fiscus", now, kSkew);
}

std::string Verdict(const std::string& token, const PublicKeys& keys, absl::Time now = kNow) {
  const absl::Status status = Verify(token, keys, now).status();
  const auto refusal = RefusalOf(status);
  return status.ok() ? "OK" : refusal.has_value() ? refusal->reason : "NO REASON";
}

TEST_CASE("A good token gives its caller", "[auth]") {
  const Key key("k1");
  const auto claims = Verify(Sign(key, GoodClaims()), {{"k1", key.Public()}});
  REQUIRE(claims.ok());
  CHECK(claims->caller.tenant == "t1");
  CHECK(claims->caller.subject == "u1");
  CHECK(claims->caller.session == "s1");
  CHECK(claims->caller.home_unit == "/r/a/");
  CHECK_FALSE(claims->caller.IsService());
  CHECK(claims->issued_at_ms == absl::ToUnixMillis(kNow));
  CHECK(claims->caller.Holds("budget.read", "/r/a/x/"));
  CHECK_FALSE(claims->caller.Holds("budget.read", "/r/"));
}

TEST_CASE("The verifier decides on the algorithm, never the token", "[auth]") {
  const Key key("k1");
  const PublicKeys keys = {{"k1", key.Public()}};
  const std::string payload = Base64UrlEncode(GoodClaims().dump());
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"none","kid":"k1"})", R"({"alg":"None","kid":"k1"})",
        R"({"kid":"k1"})", R"({"alg":"ES384","kid":"k1"})", R"({"alg":"RS256","kid":"k1"})"}) {
    for (const std::string& signature : {std::string(), std::string(86, 'A')}) {
      CHECK(Verdict(Base64UrlEncode(header) + "." + payload + "." + signature, keys) ==
            "TOKEN_INVALID");
    }
  }
  // HMAC under the public key, which everybody has.
  const std::string secret = key.Public();
  cjose_jwk_t* oct = cjose_jwk_create_oct_spec(reinterpret_cast<const uint8_t*>(secret.data()),
                                               secret.size(), nullptr);
  CHECK(Verdict(SignWith(oct, "HS256", "k1", GoodClaims().dump()), keys) == "TOKEN_INVALID");
  cjose_jwk_release(oct);
}

TEST_CASE("Only a published key's own signature counts", "[auth]") {
  const Key key("k1");
  const Key other("k2");
  const PublicKeys keys = {{"k1", key.Public()}};
  CHECK(Verdict(Sign(other, GoodClaims()), keys) == "TOKEN_INVALID");  // unknown, or retired
  CHECK(Verdict(SignWith(other.jwk(), "ES256", "k1", GoodClaims().dump()), keys) ==
        "TOKEN_INVALID");
  CHECK(Verdict(SignWith(key.jwk(), "ES256", "", GoodClaims().dump()), keys) == "TOKEN_INVALID");
  CHECK(Verdict(Sign(key, GoodClaims()), {}) == "TOKEN_INVALID");
  // A key inside the token proves nothing.
  const std::string header =
      Base64UrlEncode(R"({"alg":"ES256","kid":"k9","jwk":)" + other.Public() + "}");
  const std::string token = Sign(other, GoodClaims());
  CHECK(Verdict(header + token.substr(token.find('.')), keys) == "TOKEN_INVALID");
}

TEST_CASE("Every changed or missing character is noticed", "[auth]") {
  const Key key("k1");
  const PublicKeys keys = {{"k1", key.Public()}};
  const std::string token = Sign(key, GoodClaims());
  REQUIRE(Verdict(token, keys) == "OK");
  int accepted = 0;
  for (size_t i = 0; i < token.size(); ++i) {
    accepted += Verdict(token.substr(0, i), keys) == "OK" ? 1 : 0;
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    accepted += Verdict(changed, keys) == "OK" ? 1 : 0;
  }
  CHECK(accepted == 0);
  for (const std::string& garbage :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"),
        std::string(5, '\0'), std::string(20'000, 'A'), token + ".", token + "." + token,
        token + "A"}) {
    CHECK(Verdict(garbage, keys) != "OK");
  }
}

TEST_CASE("Time: a token lives from its issue to its expiry, with the skew allowed", "[auth]") {
  const Key key("k1");
  const PublicKeys keys = {{"k1", key.Public()}};
  const std::string token = Sign(key, GoodClaims());
  CHECK(Verdict(token, keys, kNow + absl::Seconds(305) - absl::Milliseconds(1)) == "OK");
  CHECK(Verdict(token, keys, kNow + absl::Seconds(305)) == "TOKEN_EXPIRED");
  CHECK(Verdict(token, keys, kNow - absl::Seconds(5)) == "OK");
  CHECK(Verdict(token, keys, kNow - absl::Seconds(6)) == "TOKEN_INVALID");
  json later = GoodClaims();
  later["nbf"] = absl::ToUnixSeconds(kNow) + 6;
  CHECK(Verdict(Sign(key, later), keys) == "TOKEN_INVALID");
}

TEST_CASE("Claims that are foreign, missing or of another kind are refused", "[auth]") {
  const Key key("k1");
  const PublicKeys keys = {{"k1", key.Public()}};
  const auto with = [&](const char* name, const json& value) {
    json claims = GoodClaims();
    if (value.is_null()) {
      claims.erase(name);
    } else {
      claims[name] = value;
    }
    return Verdict(Sign(key, claims), keys);
  };
  CHECK(with("aud", json::array({"other", "fiscus"})) == "OK");
  CHECK(with("aud", "other") == "TOKEN_INVALID");
  CHECK(with("aud", json::array({"other", 7})) == "TOKEN_INVALID");
  CHECK(with("aud", nullptr) == "TOKEN_INVALID");
  CHECK(with("iss", "other") == "TOKEN_INVALID");
  CHECK(with("iss", nullptr) == "TOKEN_INVALID");
  for (const char* name : {"sub", "tenant", "exp", "iat_ms", "grants"}) {
    INFO(name);
    CHECK(with(name, nullptr) == "TOKEN_INVALID");
    CHECK(with(name, json::object()) == "TOKEN_INVALID");
  }
  CHECK(with("exp", "1780000300") == "TOKEN_INVALID");
  CHECK(with("exp", 1780000300.5) == "TOKEN_INVALID");
  CHECK(with("grants", json::array({7})) == "TOKEN_INVALID");
  CHECK(with("grants", json::array({{{"p", "r/a"}, {"i", json::array()}}})) == "TOKEN_INVALID");
  CHECK(with("grants", json::array({{{"p", "/r/"}}})) == "TOKEN_INVALID");
  CHECK(Verdict(SignWith(key.jwk(), "ES256", "k1", "not json"), keys) == "TOKEN_INVALID");
  CHECK(Verdict(SignWith(key.jwk(), "ES256", "k1", "[]"), keys) == "TOKEN_INVALID");
}

TEST_CASE("Verified tokens are remembered, never more than allowed, expired ones go first",
          "[auth]") {
  VerifiedTokens verified(2);
  const auto claims = [](const char* subject, absl::Time expires_at) {
    return TokenClaims{.caller = {.tenant = "t1", .subject = subject}, .expires_at = expires_at};
  };
  CHECK(verified.Find("a") == nullptr);
  verified.Add("a", claims("u1", kNow), kNow - absl::Seconds(1));
  verified.Add("b", claims("u2", kNow + absl::Seconds(9)), kNow - absl::Seconds(1));
  REQUIRE(verified.Find("a") != nullptr);
  CHECK(verified.Find("a")->caller.subject == "u1");
  verified.Add("c", claims("u3", kNow + absl::Seconds(9)), kNow);
  CHECK(verified.Find("a") == nullptr);
  CHECK(verified.Find("b") != nullptr);
  verified.Add("d", claims("u4", kNow + absl::Seconds(9)), kNow);
  CHECK(verified.size() == 1);
  CHECK(verified.Find("d") != nullptr);
  verified.Clear();
  CHECK(verified.Find("d") == nullptr);
}

TEST_CASE("Revocations kill by issue time for a user, wholly for a session, in their tenant",
          "[auth]") {
  RevocationTable table;
  TokenClaims claims;
  claims.caller = {.tenant = "t1", .subject = "u1", .session = "s1"};
  claims.issued_at_ms = 1'000;
  CHECK_FALSE(table.IsRevoked(claims));
  table.Add("t2", "u1", false, 9'999);
  table.Add("t1", "u2", false, 9'999);
  table.Add("t1", "u1", true, 9'999);  // a session of that name, not the user
  table.Add("t1", "u1", false, 999);
  CHECK_FALSE(table.IsRevoked(claims));
  table.Add("t1", "u1", false, 1'000);
  CHECK(table.IsRevoked(claims));
  table.Add("t1", "u1", false, 500);  // an older one does not bring it back
  CHECK(table.IsRevoked(claims));
  claims.issued_at_ms = 1'001;
  CHECK_FALSE(table.IsRevoked(claims));
  table.Add("t1", "s1", true, 1);
  CHECK(table.IsRevoked(claims));
  table.DropOlderThan(2);
  CHECK_FALSE(table.IsRevoked(claims));
  claims.issued_at_ms = 1'000;
  CHECK(table.IsRevoked(claims));
}

// Identity as verifiers see it: one key, and revocations in answers of `page`.
class FakeIdentity final : public identity::v1::IdentityService::Service {
 public:
  explicit FakeIdentity(const Key& key) {
    const json jwk = json::parse(key.Public());
    identity::v1::Jwk& published = *jwks_.add_keys();
    published.set_kid(key.kid());
    published.set_kty(jwk.at("kty"));
    published.set_crv(jwk.at("crv"));
    published.set_x(jwk.at("x"));
    published.set_y(jwk.at("y"));
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  void RevokeSession(const std::string& session) { sessions_.push_back(session); }
  // Answers to ListRevocations before it fails.
  void FailAfter(int answers) { answers_left_ = answers; }

  config::v1::Auth Config() const {
    config::v1::Auth config;
    config.set_identity("127.0.0.1:" + std::to_string(port_));
    config.set_issuer("fiscus");
    config.set_audience("fiscus");
    config.set_refresh_ms(60'000);
    config.set_stale_max_ms(60'000);
    return config;
  }

  grpc::Status GetJwks(grpc::ServerContext*, const identity::v1::GetJwksRequest*,
                       identity::v1::Jwks* response) override {
    *response = jwks_;
    return grpc::Status::OK;
  }
  grpc::Status ListRevocations(grpc::ServerContext*,
                               const identity::v1::ListRevocationsRequest* request,
                               identity::v1::ListRevocationsResponse* response) override {
    if (answers_left_-- <= 0) return {grpc::StatusCode::UNAVAILABLE, "gone"};
    const size_t first = static_cast<size_t>(request->after_cursor());
    const size_t end = std::min(sessions_.size(), first + kPage);
    for (size_t i = first; i < end; ++i) {
      identity::v1::Revocation& revocation = *response->add_revocations();
      revocation.set_tenant("t1");
      revocation.set_subject(sessions_[i]);
      revocation.set_session(true);
      revocation.set_not_before_ms(absl::ToUnixMillis(SystemClock().Now()));
    }
    response->set_next_cursor(static_cast<int64_t>(end));
    return grpc::Status::OK;
  }

 private:
  static constexpr size_t kPage = 2;
  identity::v1::Jwks jwks_;
  std::vector<std::string> sessions_;
  int answers_left_ = 1'000;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_CASE("A verifier is fresh only when it has read every revocation", "[auth]") {
  const Key key("k1");
  FakeIdentity identity(key);
  for (const char* session : {"s2", "s3", "s4", "s1", "s5"}) identity.RevokeSession(session);
  const std::string token = Sign(key, GoodClaims());
  {
    RemoteVerifier verifier(identity.Config());
    verifier.Start();
    CHECK(verifier.Ready());
    CHECK(RefusalOf(verifier.Verify(token, kNow).status())->reason == "TOKEN_REVOKED");
    json other = GoodClaims();
    other["sid"] = "s6";
    CHECK(verifier.Verify(Sign(key, other), kNow).ok());
  }
  // The rest of the list does not come: nothing may be let in on the strength of its beginning.
  identity.FailAfter(1);
  RemoteVerifier verifier(identity.Config());
  verifier.Start();
  CHECK_FALSE(verifier.Ready());
  CHECK(verifier.Verify(token, kNow).status().code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fiscus::rpc
