#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("An administrator ends all sessions of a user", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::RevokeSessionsRequest request;
  request.set_user_id(world.MakeUser(admin, "li.na", "/r/a/", {}).user_id());
  const v1::TokenResponse one = world.MustLogin("t1", "li.na");
  const v1::TokenResponse two = world.MustLogin("t1", "li.na");
  const auto revoked = RevokeSessions(world.deps, world.CallWith(admin), request);
  REQUIRE(revoked.ok());
  CHECK(revoked->revoked() == 2);
  for (const v1::TokenResponse& tokens : {one, two}) {
    CHECK(world.Verdict(tokens.access_token()) == "TOKEN_REVOKED");
    CHECK(ReasonOf(world.TryRefresh("t1", tokens.refresh_token()).status()) ==
          "INVALID_REFRESH_TOKEN");
  }
  CHECK(RevokeSessions(world.deps, world.CallWith(admin), request)->revoked() == 0);
  CHECK(world.Verdict(world.MustLogin("t1", "li.na").access_token()) == "OK");
  request.set_user_id(NewUuid());
  CHECK(ReasonOf(RevokeSessions(world.deps, world.CallWith(admin), request).status()) ==
        "USER_NOT_FOUND");
}

}  // namespace
}  // namespace fiscus::identity
