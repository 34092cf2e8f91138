#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Public keys are published as JWKs, without the private part", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto jwks = GetJwks(world.deps, world.CallWith(""), {});
  REQUIRE(jwks.ok());
  REQUIRE(jwks->keys_size() == 1);
  const v1::Jwk& key = jwks->keys(0);
  CHECK(key.kty() == "EC");
  CHECK(key.crv() == "P-256");
  CHECK(key.use() == "sig");
  CHECK(key.alg() == "ES256");
  CHECK(key.kid().size() == 16);
  CHECK(key.x().size() == 43);
  CHECK(key.y().size() == 43);
}

TEST_CASE("Keys that were not read for a cache lifetime are not published", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = world.CallWith("");
  world.clock.Advance(absl::Seconds(60));
  CHECK(GetJwks(world.deps, call, {}).ok());
  world.clock.Advance(absl::Seconds(1));
  CHECK(GetJwks(world.deps, call, {}).status().code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fiscus::identity
