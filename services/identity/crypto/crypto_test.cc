#include <cjose/cjose.h>

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/identity/crypto/password_hash.h"
#include "services/identity/crypto/sealed_box.h"
#include "services/identity/crypto/signing_key.h"

namespace fiscus::identity {
namespace {

constexpr HashCost kCheap = {.memory_kib = 64, .iterations = 1, .lanes = 1};
constexpr absl::Duration kWait = absl::Seconds(10);
const char kMaster[] = "0123456789abcdef0123456789abcdef";

TEST_CASE("A hash is Argon2id with the cost asked for and a salt of its own",
          "[identity][crypto]") {
  PasswordHasher hasher({.memory_kib = 19'456, .iterations = 2, .lanes = 1}, 2);
  const std::string hash = hasher.Hash("ledger otter granite", kWait).value();
  CHECK(hash.rfind("$argon2id$v=19$m=19456,t=2,p=1$", 0) == 0);
  CHECK(hasher.Hash("ledger otter granite", kWait).value() != hash);
  CHECK(hasher.Verify("ledger otter granite", hash, kWait).value());
  CHECK_FALSE(hasher.Verify("ledger otter granit", hash, kWait).value());
  CHECK_FALSE(hasher.Verify("", hash, kWait).value());
}

TEST_CASE("A hash that cannot be read is our error and never a match", "[identity][crypto]") {
  PasswordHasher hasher(kCheap, 1);
  CHECK(hasher.Verify("x", "", kWait).status().code() == absl::StatusCode::kInternal);
  CHECK(hasher.Verify("x", "$argon2id$v=19$m=64", kWait).status().code() ==
        absl::StatusCode::kInternal);
}

TEST_CASE("An unknown user costs what a wrong password costs", "[identity][crypto]") {
  PasswordHasher hasher({.memory_kib = 8'192, .iterations = 2, .lanes = 1}, 1);
  const std::string hash = hasher.Hash("ledger otter granite", kWait).value();
  const auto time = [](auto&& work) {
    // The least of several: other work on the machine only adds.
    auto least = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 9; ++i) {
      const auto start = std::chrono::steady_clock::now();
      work();
      least = std::min(least, std::chrono::steady_clock::now() - start);
    }
    return std::chrono::duration_cast<std::chrono::microseconds>(least).count();
  };
  const auto wrong = time([&] { return hasher.Verify("wrong", hash, kWait).value(); });
  const auto nobody = time([&] { return hasher.VerifyNobody("wrong", kWait).ok(); });
  CHECK(nobody * 2 > wrong);
  CHECK(wrong * 2 > nobody);
}

TEST_CASE("Hashes wait for a place and give up in time", "[identity][crypto]") {
  PasswordHasher hasher({.memory_kib = 65'536, .iterations = 4, .lanes = 1}, 1);
  std::jthread busy([&] { CHECK(hasher.VerifyNobody("x", kWait).ok()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const absl::Status refused = hasher.VerifyNobody("x", absl::Milliseconds(1));
  CHECK(refused.code() == absl::StatusCode::kResourceExhausted);
  CHECK(RetryAfterMsOf(refused).has_value());
  busy.join();
  CHECK(hasher.VerifyNobody("x", absl::Milliseconds(1)).ok());
}

TEST_CASE("A sealed value opens only unchanged, in its place, under its master secret",
          "[identity][crypto]") {
  const SealedBox box = SealedBox::FromMasterSecret(kMaster).value();
  const std::string sealed = box.Seal("private", "kid-1");
  CHECK(box.Open(sealed, "kid-1").value() == "private");
  CHECK(sealed.find("private") == std::string::npos);
  CHECK(box.Seal("private", "kid-1") != sealed);
  CHECK(box.Open(box.Seal("", "c"), "c").value().empty());
  CHECK(box.Open(sealed, "kid-2").status().code() == absl::StatusCode::kDataLoss);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    REQUIRE_FALSE(box.Open(changed, "kid-1").ok());
    REQUIRE_FALSE(box.Open(sealed.substr(0, i), "kid-1").ok());
  }
  const SealedBox other =
      SealedBox::FromMasterSecret("another secret of sufficient length!").value();
  CHECK_FALSE(other.Open(sealed, "kid-1").ok());
  CHECK_FALSE(SealedBox::FromMasterSecret("too short").ok());
}

TEST_CASE("Keyed digests depend on text and secret", "[identity][crypto]") {
  const SealedBox box = SealedBox::FromMasterSecret(kMaster).value();
  const SealedBox other =
      SealedBox::FromMasterSecret("another secret of sufficient length!").value();
  CHECK(box.KeyedDigest("a").size() == 32);
  CHECK(box.KeyedDigest("a") == box.KeyedDigest("a"));
  CHECK(box.KeyedDigest("a") != box.KeyedDigest("b"));
  CHECK(box.KeyedDigest("a") != other.KeyedDigest("a"));
}

// Verifies as any RFC 7515 implementation would, by the public coordinates alone.
bool Verifies(const std::string& token, const PublicKey& key) {
  const std::string json =
      R"({"kty":"EC","crv":"P-256","x":")" + key.x + R"(","y":")" + key.y + R"("})";
  cjose_err error{};
  cjose_jwk_t* jwk = cjose_jwk_import(json.data(), json.size(), &error);
  cjose_jws_t* jws = cjose_jws_import(token.data(), token.size(), &error);
  const bool verified = jwk != nullptr && jws != nullptr && cjose_jws_verify(jws, jwk, &error);
  cjose_jws_release(jws);
  cjose_jwk_release(jwk);
  return verified;
}

TEST_CASE("A token is a JWS that the public key verifies", "[identity][crypto]") {
  const SigningKey key = SigningKey::Generate().value();
  const std::string token = key.Sign(R"({"sub":"u1"})").value();
  const size_t dot = token.find('.');
  const auto header = nlohmann::json::parse(Base64UrlDecode(token.substr(0, dot)).value());
  CHECK(header.at("alg") == "ES256");
  CHECK(header.at("kid") == key.public_key().kid);
  CHECK(header.at("typ") == "JWT");
  CHECK(Base64UrlDecode(token.substr(dot + 1, token.rfind('.') - dot - 1)) == R"({"sub":"u1"})");
  CHECK(Base64UrlDecode(token.substr(token.rfind('.') + 1)).value().size() == 64);
  CHECK(Verifies(token, key.public_key()));
  CHECK_FALSE(Verifies(token, SigningKey::Generate().value().public_key()));
}

TEST_CASE("A key survives being written and read", "[identity][crypto]") {
  const SigningKey key = SigningKey::Generate().value();
  const SigningKey again = SigningKey::FromPrivateJwk(key.PrivateJwk().value()).value();
  CHECK(again.public_key().kid == key.public_key().kid);
  CHECK(Verifies(again.Sign("{}").value(), key.public_key()));
  CHECK_FALSE(SigningKey::FromPrivateJwk("").ok());
  CHECK_FALSE(SigningKey::FromPrivateJwk(R"({"kty":"oct","k":"AAAA"})").ok());
}

TEST_CASE("One key signs on many threads", "[identity][crypto]") {
  const SigningKey key = SigningKey::Generate().value();
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        wrong += Verifies(key.Sign(R"({"n":1})").value_or(""), key.public_key()) ? 0 : 1;
    });
  }
  threads.clear();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace fiscus::identity
