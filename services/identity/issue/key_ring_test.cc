// Keys over real rotations on a real database: several servers share the table, and verifiers cache
// the key set.
#include "services/identity/issue/key_ring.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libs/rpc/auth.h"
#include "libs/testing/test_database.h"
#include "services/identity/issue/token_issuer.h"
#include "services/identity/store/migrations.h"

namespace fiscus::identity {
namespace {

using testing::TestDatabase;

constexpr char kMaster[] = "0123456789abcdef0123456789abcdef";
constexpr KeyPolicy kPolicy = {.cache_ttl = absl::Seconds(20),
                               .token_ttl = absl::Seconds(300),
                               .skew = absl::Seconds(5),
                               .max_age = absl::Seconds(60)};
const absl::Time kStart = absl::FromUnixSeconds(1'780'000'000);

SealedBox Box(const char* master = kMaster) { return SealedBox::FromMasterSecret(master).value(); }

rpc::PublicKeys ToKeySet(const std::vector<PublicKey>& published) {
  rpc::PublicKeys keys;
  for (const PublicKey& key : published) {
    keys[key.kid] = R"({"kty":"EC","crv":"P-256","x":")" + key.x + R"(","y":")" + key.y + R"("})";
  }
  return keys;
}

bool Accepts(const rpc::PublicKeys& keys, const std::string& token, absl::Time now) {
  return rpc::VerifySignedToken(token, keys, "fiscus", "fiscus", now, kPolicy.skew).ok();
}

// reliability: JWT rotation gap. An hour, a rotation a minute, three servers that read the table
// every 5 s at different moments, three verifiers that fetch the key set from different servers
// every 20 s, a token a second from each server in turn.
TEST_CASE("Rotating every minute for an hour refuses no good token", "[identity][issue][slow]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  FakeClock clock(kStart);
  const SealedBox box = Box();
  std::vector<std::unique_ptr<KeyRing>> servers;
  std::vector<std::unique_ptr<TokenIssuer>> issuers;
  for (int i = 0; i < 3; ++i) {
    servers.push_back(std::make_unique<KeyRing>(database.database(), clock, box, kPolicy));
    issuers.push_back(std::make_unique<TokenIssuer>(
        *servers.back(),
        TokenOptions{.issuer = "fiscus", .audience = "fiscus", .lifetime = kPolicy.token_ttl}));
  }
  std::vector<rpc::PublicKeys> caches(3);
  std::deque<std::string> alive;
  std::set<std::string> kids;
  int refused = 0;
  for (int second = 0; second < 3'600; ++second) {
    const absl::Time now = clock.Now();
    for (int i = 0; i < 3; ++i) {
      if (second % 5 == i || second == 0) REQUIRE(servers[i]->Refresh().ok());
    }
    for (int i = 0; i < 3; ++i) {
      if (second % 20 == 7 * i || second == 0)
        caches[i] = ToKeySet(servers[(i + second) % 3]->Published().value());
    }
    const auto token = issuers[second % 3]->ForService("payments", {"budget.read"}, now);
    REQUIRE(token.ok());
    alive.push_back(*token);
    kids.insert(servers[second % 3]->Signer()->public_key().kid);
    if (alive.size() > 300) alive.pop_front();
    for (const rpc::PublicKeys& cache : caches) {
      // The newest and the oldest that still live: what a rotation would break first.
      refused += Accepts(cache, alive.back(), now) ? 0 : 1;
      refused += Accepts(cache, alive.front(), now) ? 0 : 1;
    }
    clock.Advance(absl::Seconds(1));
  }
  CHECK(refused == 0);
  CHECK(kids.size() >= 55);
  // A token of a key that was retired long ago is refused: the key is gone.
  REQUIRE(servers[0]->Refresh().ok());
  CHECK(servers[0]->Published()->size() < 12);
}

TEST_CASE("Many servers that start at once make one key", "[identity][issue]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  FakeClock clock(kStart);
  const SealedBox box = Box();
  std::vector<std::unique_ptr<KeyRing>> servers;
  std::vector<std::jthread> threads;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 6; ++i)
    servers.push_back(std::make_unique<KeyRing>(database.database(), clock, box, kPolicy));
  for (auto& server : servers)
    threads.emplace_back([&] { failed += server->Refresh().ok() ? 0 : 1; });
  threads.clear();
  CHECK(failed == 0);
  std::set<std::string> kids;
  for (const auto& server : servers) {
    REQUIRE(server->Published()->size() == 1);
    kids.insert(server->Signer()->public_key().kid);
  }
  CHECK(kids.size() == 1);
}

TEST_CASE("Another master secret opens no key", "[identity][issue]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  FakeClock clock(kStart);
  const SealedBox box = Box();
  const SealedBox wrong = Box("another master secret, 32 characters");
  KeyRing ring(database.database(), clock, box, kPolicy);
  REQUIRE(ring.Refresh().ok());
  KeyRing other(database.database(), clock, wrong, kPolicy);
  CHECK(other.Refresh().code() == absl::StatusCode::kDataLoss);
  CHECK(other.Signer().status().code() == absl::StatusCode::kUnavailable);
}

TEST_CASE(
    "A server that lost its database stops signing before a key could be retired behind its back",
    "[identity][issue]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  FakeClock clock(kStart);
  const SealedBox box = Box();
  KeyRing ring(database.database(), clock, box, kPolicy);
  CHECK(ring.Signer().status().code() == absl::StatusCode::kUnavailable);
  REQUIRE(ring.Refresh().ok());
  clock.Advance(kPolicy.cache_ttl);
  CHECK(ring.Signer().ok());
  clock.Advance(absl::Milliseconds(1));
  CHECK(ring.Signer().status().code() == absl::StatusCode::kUnavailable);
  CHECK(ring.Published().status().code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("Grants that have outgrown a token are explained, not cut", "[identity][issue]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  FakeClock clock(kStart);
  const SealedBox box = Box();
  KeyRing ring(database.database(), clock, box, kPolicy);
  REQUIRE(ring.Refresh().ok());
  const TokenIssuer issuer(
      ring, {.issuer = "fiscus", .audience = "fiscus", .lifetime = kPolicy.token_ttl});
  TokenSubject subject = {.tenant = "t1",
                          .user_id = "u1",
                          .session_id = "s1",
                          .home_unit = "/r/",
                          .grants = {},
                          .issued_at_ms = 1};
  CHECK(issuer.ForUser(subject, clock.Now()).ok());
  for (int i = 0; i < 200; ++i)
    subject.grants["/r/unit" + std::to_string(i) + "/"].insert("service.verb_of_some_length");
  CHECK(issuer.ForUser(subject, clock.Now()).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace fiscus::identity
