#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("A refresh token is used once; its successor goes on with the same session",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const v1::TokenResponse first = world.MustLogin("t1", "admin");
  world.clock.Advance(absl::Minutes(4));
  const auto second = world.TryRefresh("t1", first.refresh_token());
  REQUIRE(second.ok());
  CHECK(second->refresh_token() != first.refresh_token());
  CHECK(world.CallWith(second->access_token()).caller.session ==
        world.CallWith(first.access_token()).caller.session);
  world.clock.Advance(absl::Minutes(4));
  CHECK(world.TryRefresh("t1", second->refresh_token()).ok());
}

TEST_CASE("Reuse of a spent token ends its session everywhere, and only that session",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const v1::TokenResponse other = world.MustLogin("t1", "admin");
  const v1::TokenResponse first = world.MustLogin("t1", "admin");
  const v1::TokenResponse second = world.TryRefresh("t1", first.refresh_token()).value();
  world.clock.Advance(absl::Seconds(11));
  CHECK(ReasonOf(world.TryRefresh("t1", first.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(ReasonOf(world.TryRefresh("t1", second.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(world.Verdict(second.access_token()) == "TOKEN_REVOKED");
  CHECK(world.Verdict(other.access_token()) == "OK");
  CHECK(world.TryRefresh("t1", other.refresh_token()).ok());
}

TEST_CASE("A lost answer is forgiven at once; whoever comes second later is found out",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const v1::TokenResponse first = world.MustLogin("t1", "admin");
  const v1::TokenResponse lost = world.TryRefresh("t1", first.refresh_token()).value();
  world.clock.Advance(absl::Seconds(2));
  const auto again = world.TryRefresh("t1", first.refresh_token());
  REQUIRE(again.ok());
  SECTION("the one who retried goes on") {
    CHECK(world.TryRefresh("t1", again->refresh_token()).ok());
  }
  SECTION("the one who holds the lost answer ends the session") {
    CHECK(ReasonOf(world.TryRefresh("t1", lost.refresh_token()).status()) ==
          "INVALID_REFRESH_TOKEN");
    CHECK(ReasonOf(world.TryRefresh("t1", again->refresh_token()).status()) ==
          "INVALID_REFRESH_TOKEN");
    CHECK(world.Verdict(again->access_token()) == "TOKEN_REVOKED");
  }
}

TEST_CASE("Sessions end by idleness and by age", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const v1::TokenResponse idle = world.MustLogin("t1", "admin");
  v1::TokenResponse busy = world.MustLogin("t1", "admin");
  for (int hour = 1; hour < 12; ++hour) {
    world.clock.Advance(absl::Hours(1));
    const auto next = world.TryRefresh("t1", busy.refresh_token());
    REQUIRE(next.ok());
    busy = *next;
  }
  CHECK(ReasonOf(world.TryRefresh("t1", idle.refresh_token()).status()) == "INVALID_REFRESH_TOKEN");
  world.clock.Advance(absl::Hours(1));
  CHECK(ReasonOf(world.TryRefresh("t1", busy.refresh_token()).status()) == "INVALID_REFRESH_TOKEN");
}

TEST_CASE("A refresh token is of its tenant, and nothing else is one", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  world.MakeTenant("t2");
  const v1::TokenResponse tokens = world.MustLogin("t1", "admin");
  CHECK(ReasonOf(world.TryRefresh("t2", tokens.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(ReasonOf(world.TryRefresh("*", tokens.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  for (const std::string& bad :
       {std::string(), std::string("x"), tokens.access_token(), std::string(10'000, 'a')}) {
    CHECK(ReasonOf(world.TryRefresh("t1", bad).status()) == "INVALID_REFRESH_TOKEN");
  }
  CHECK(world.TryRefresh("t1", tokens.refresh_token()).ok());
}

}  // namespace
}  // namespace fiscus::identity
