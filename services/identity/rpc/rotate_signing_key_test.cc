#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<v1::RotateSigningKeyResponse> Rotate(World& world, const Call& call,
                                                    const char* secret = kOperatorSecret) {
  v1::RotateSigningKeyRequest request;
  request.set_operator_secret(secret);
  return RotateSigningKey(world.deps, call, request);
}

TEST_CASE("The keys are everybody's: no tenant's administrator rotates them", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call admin = world.CallWith(world.MakeTenant("t1"));
  CHECK(ReasonOf(RotateSigningKey(world.deps, admin, {}).status()) == "INVALID_CREDENTIALS");
  CHECK(ReasonOf(Rotate(world, admin, "operator-secret-0002").status()) == "INVALID_CREDENTIALS");
  CHECK(GetJwks(world.deps, world.CallWith(""), {})->keys_size() == 1);
}

TEST_CASE("A rotation is published at once, signs later, and repeats wait for it",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const Call first = world.CallWith("");
  const auto rotated = Rotate(world, first);
  REQUIRE(rotated.ok());
  CHECK(Rotate(world, first)->SerializeAsString() == rotated->SerializeAsString());
  const auto again = Rotate(world, world.CallWith(""));
  REQUIRE(again.ok());
  CHECK(again->kid() == rotated->kid());
  CHECK(again->signs_from() == rotated->signs_from());
  CHECK(GetJwks(world.deps, world.CallWith(""), {})->keys_size() == 2);
  CHECK(world.AuditActors("*", "signing-keys/" + rotated->kid()) ==
        std::vector<std::string>{"operator", "operator"});

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
