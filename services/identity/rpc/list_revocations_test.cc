#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Revocations are listed after a cursor while tokens may run into them",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {});
  v1::ListRevocationsRequest request;
  const auto none = ListRevocations(world.deps, world.CallWith(""), request);
  REQUIRE(none.ok());
  CHECK(none->revocations_size() == 0);
  CHECK(none->next_cursor() == 0);

  v1::RevokeSessionsRequest revoke;
  revoke.set_user_id(user.user_id());
  REQUIRE(RevokeSessions(world.deps, world.CallWith(admin), revoke).ok());
  REQUIRE(
      Logout(world.deps, world.CallWith(world.MustLogin("t1", "li.na").access_token()), {}).ok());
  const auto two = ListRevocations(world.deps, world.CallWith(""), request);
  REQUIRE(two.ok());
  REQUIRE(two->revocations_size() == 2);
  CHECK(two->revocations(0).tenant() == "t1");
  CHECK(two->revocations(0).subject() == user.user_id());
  CHECK_FALSE(two->revocations(0).session());
  CHECK(two->revocations(0).not_before_ms() == absl::ToUnixMillis(world.clock.Now()));
  CHECK(two->revocations(1).session());

  request.set_after_cursor(two->next_cursor());
  CHECK(ListRevocations(world.deps, world.CallWith(""), request)->revocations_size() == 0);
  CHECK(ListRevocations(world.deps, world.CallWith(""), request)->next_cursor() ==
        two->next_cursor());
  request.set_after_cursor(-1);
  CHECK(ReasonOf(ListRevocations(world.deps, world.CallWith(""), request).status()) ==
        "FIELD_INVALID");
  request.set_after_cursor(0);
  world.clock.Advance(absl::Minutes(7));
  CHECK(ListRevocations(world.deps, world.CallWith(""), request)->revocations_size() == 0);
}

}  // namespace
}  // namespace fiscus::identity
