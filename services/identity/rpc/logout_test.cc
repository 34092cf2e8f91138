#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Logging out ends this session, or all of the caller's", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const v1::TokenResponse here = world.MustLogin("t1", "admin");
  const v1::TokenResponse there = world.MustLogin("t1", "admin");
  const v1::TokenResponse elsewhere = world.MustLogin("t1", "admin");
  REQUIRE(Logout(world.deps, world.CallWith(here.access_token()), {}).ok());
  CHECK(world.Verdict(here.access_token()) == "TOKEN_REVOKED");
  CHECK(ReasonOf(world.TryRefresh("t1", here.refresh_token()).status()) == "INVALID_REFRESH_TOKEN");
  CHECK(world.Verdict(there.access_token()) == "OK");

  v1::LogoutRequest all;
  all.set_all_sessions(true);
  REQUIRE(Logout(world.deps, world.CallWith(there.access_token()), all).ok());
  CHECK(world.Verdict(elsewhere.access_token()) == "TOKEN_REVOKED");
  CHECK(ReasonOf(world.TryRefresh("t1", elsewhere.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  // A new login in the same millisecond is alive.
  CHECK(world.Verdict(world.MustLogin("t1", "admin").access_token()) == "OK");
}

}  // namespace
}  // namespace fiscus::identity
