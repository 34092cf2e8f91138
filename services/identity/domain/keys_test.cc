// The key schedule under a fake clock. The long test plays verifiers that cache the key set for up
// to the cache's lifetime and checks that each can verify each token at each moment of its life: no
// gap at any rotation (reliability: key rotation).
#include "services/identity/domain/keys.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <string>

namespace fiscus::identity {
namespace {

constexpr KeyPolicy kPolicy = {.cache_ttl = absl::Seconds(60),
                               .token_ttl = absl::Seconds(300),
                               .skew = absl::Seconds(5),
                               .max_age = absl::Hours(24)};
const absl::Time kStart = absl::FromUnixSeconds(1'780'000'000);

TEST_CASE("The first key signs at once, the next after twice the cache's lifetime",
          "[identity][domain]") {
  CHECK(SignsFrom({}, kPolicy, kStart) == kStart);
  CHECK(SignsFrom({{"a", kStart}}, kPolicy, kStart) == kStart + absl::Seconds(120));
}

TEST_CASE("The signer changes at the moment named and the old key stays for its tokens",
          "[identity][domain]") {
  const std::vector<KeyTimes> keys = {{"b", kStart + absl::Seconds(120)}, {"a", kStart}};
  CHECK(Signer(keys, kStart - absl::Seconds(1)) == std::nullopt);
  CHECK(Signer(keys, kStart + absl::Seconds(119)) == "a");
  CHECK(Signer(keys, kStart + absl::Seconds(120)) == "b");
  const absl::Time dead = kStart + absl::Seconds(120 + 300 + 5);
  CHECK(Published(keys, kPolicy, kStart) == std::vector<std::string>{"a", "b"});
  CHECK(Published(keys, kPolicy, dead - absl::Milliseconds(1)) ==
        std::vector<std::string>{"a", "b"});
  CHECK(Published(keys, kPolicy, dead) == std::vector<std::string>{"b"});
  CHECK(Expired(keys, kPolicy, dead - absl::Milliseconds(1)).empty());
  CHECK(Expired(keys, kPolicy, dead) == std::vector<std::string>{"a"});
}

TEST_CASE("A rotation is due one lead before the age limit", "[identity][domain]") {
  CHECK(RotationDue({}, kPolicy, kStart));
  const std::vector<KeyTimes> keys = {{"a", kStart}};
  const absl::Time due = kStart + absl::Hours(24) - absl::Seconds(120);
  CHECK_FALSE(RotationDue(keys, kPolicy, due - absl::Seconds(1)));
  CHECK(RotationDue(keys, kPolicy, due));
}

TEST_CASE("A waiting key answers further rotations", "[identity][domain]") {
  const KeyTimes next = {"b", kStart + absl::Seconds(120)};
  CHECK(Waiting({}, kStart) == std::nullopt);
  CHECK(Waiting({{"a", kStart}, next}, kStart) == next);
  CHECK(Waiting({{"a", kStart}, next}, next.signs_from) == std::nullopt);
}

TEST_CASE("Rotating as fast as allowed leaves no verifier without the key",
          "[identity][domain][slow]") {
  struct Verifier {
    int phase_s;
    std::set<std::string> known;
  };
  struct Token {
    std::string kid;
    absl::Time expires;
  };
  std::vector<Verifier> verifiers = {{0, {}}, {17, {}}, {59, {}}};
  std::vector<KeyTimes> keys;
  std::deque<Token> alive;
  std::set<std::string> signers;
  int refused = 0;
  for (int second = 0; second < 3600; ++second) {
    const absl::Time now = kStart + absl::Seconds(second);
    if (!Waiting(keys, now).has_value())
      keys.push_back({"key" + std::to_string(second), SignsFrom(keys, kPolicy, now)});
    for (const std::string& kid : Expired(keys, kPolicy, now)) {
      std::erase_if(keys, [&](const KeyTimes& key) { return key.kid == kid; });
    }
    for (Verifier& verifier : verifiers) {
      // Each fetches when its cache runs out, the first time at its start.
      if (verifier.known.empty() || second % 60 == verifier.phase_s) {
        const auto published = Published(keys, kPolicy, now);
        verifier.known = {published.begin(), published.end()};
      }
    }
    const std::string signer = Signer(keys, now).value();
    signers.insert(signer);
    alive.push_back({signer, now + kPolicy.token_ttl});
    while (alive.front().expires + kPolicy.skew < now) alive.pop_front();
    for (const Verifier& verifier : verifiers) {
      for (const Token& token : alive) refused += verifier.known.contains(token.kid) ? 0 : 1;
    }
  }
  CHECK(refused == 0);
  CHECK(signers.size() > 25);
}

TEST_CASE("A copy of the key table younger than the lead names the true signer",
          "[identity][domain]") {
  // Any key missing in a copy was made after it, hence signs only after copy + lead.
  const std::vector<KeyTimes> copy = {{"a", kStart}};
  std::vector<KeyTimes> truth = copy;
  truth.push_back({"b", SignsFrom(copy, kPolicy, kStart + absl::Seconds(10))});
  for (int second = 10; second < 10 + 120; ++second) {
    const absl::Time now = kStart + absl::Seconds(second);
    CHECK(Signer(copy, now) == Signer(truth, now));
  }
}

}  // namespace
}  // namespace fiscus::identity
