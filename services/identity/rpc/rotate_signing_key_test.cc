#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("A rotation is published at once, signs later, and repeats wait for it",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const auto rotated = RotateSigningKey(world.deps, world.CallWith(admin), {});
  REQUIRE(rotated.ok());
  const auto again = RotateSigningKey(world.deps, world.CallWith(admin), {});
  REQUIRE(again.ok());
  CHECK(again->kid() == rotated->kid());
  CHECK(again->signs_from() == rotated->signs_from());
  CHECK(GetJwks(world.deps, world.CallWith(""), {})->keys_size() == 2);
  CHECK(world.AuditActors("t1", "signing-keys/" + rotated->kid()).size() == 2);

  const std::string before = world.MustLogin("t1", "admin").access_token();
  world.clock.Advance(absl::Seconds(121));
  const std::string after = world.MustLogin("t1", "admin").access_token();
  CHECK(before.substr(0, before.find('.')) != after.substr(0, after.find('.')));
  CHECK(world.Verdict(before) == "OK");
  CHECK(world.Verdict(after) == "OK");
  world.clock.Advance(absl::Seconds(306));
  CHECK(GetJwks(world.deps, world.CallWith(""), {})->keys_size() == 1);
}

}  // namespace
}  // namespace fiscus::identity
