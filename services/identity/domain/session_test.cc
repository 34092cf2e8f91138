#include "services/identity/domain/session.h"

#include <catch2/catch.hpp>

#include <string>

namespace fiscus::identity {
namespace {

constexpr SessionPolicy kPolicy = {
    .idle = absl::Hours(2), .lifetime = absl::Hours(12), .retry_grace = absl::Seconds(10)};
const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);

RefreshFacts Fresh() {
  return {.token_expires_at = kNow + absl::Hours(1), .session_expires_at = kNow + absl::Hours(5)};
}

TEST_CASE("A fresh refresh token rotates until it expires", "[identity][domain]") {
  RefreshFacts facts = Fresh();
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kRotate);
  facts.token_expires_at = kNow;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kRefuse);
  facts = Fresh();
  facts.session_expires_at = kNow;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kRefuse);
}

TEST_CASE("A revoked session and a disabled user get nothing", "[identity][domain]") {
  RefreshFacts facts = Fresh();
  facts.session_revoked = true;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kRefuse);
  facts = Fresh();
  facts.user_disabled = true;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kRefuse);
}

TEST_CASE("A spent token is forgiven once the answer may be lost, and only then",
          "[identity][domain]") {
  RefreshFacts facts = Fresh();
  facts.spent_at = kNow - kPolicy.retry_grace + absl::Milliseconds(1);
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kRetry);
  facts.successor_spent = true;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kReuse);
  facts.successor_spent = false;
  facts.spent_at = kNow - kPolicy.retry_grace;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kReuse);
}

TEST_CASE("Reuse is found even after expiry", "[identity][domain]") {
  RefreshFacts facts = Fresh();
  facts.token_expires_at = kNow - absl::Hours(1);
  facts.spent_at = kNow - absl::Hours(2);
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kReuse);
  facts.spent_at.reset();
  facts.discarded = true;
  CHECK(DecideRefresh(facts, kPolicy, kNow) == RefreshDecision::kReuse);
}

TEST_CASE("A refresh token never outlives its session", "[identity][domain]") {
  CHECK(RefreshExpiry(kPolicy, kNow + absl::Hours(5), kNow) == kNow + absl::Hours(2));
  CHECK(RefreshExpiry(kPolicy, kNow + absl::Hours(1), kNow) == kNow + absl::Hours(1));
}

TEST_CASE("No clock difference revives a dead token or kills a new one", "[identity][domain]") {
  const int64_t now = absl::ToUnixMillis(kNow);
  // Issued by a server whose clock is 3 s fast, revoked by one on time: dead all the same.
  CHECK(RevokeUntilMs(kNow, now + 3000) == now + 3000);
  // The next token is issued on time: alive.
  CHECK(IssueTimeMs(kNow, now + 3000, now + 3000) == now + 3001);
  CHECK(IssueTimeMs(kNow, 0, 0) == now);
  CHECK(IssueTimeMs(kNow, now - 5, now) == now + 1);
}

}  // namespace
}  // namespace fiscus::identity
