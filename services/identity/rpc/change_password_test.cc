#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

constexpr char kNewPassword[] = "quartz heron timber nine";

absl::Status Change(World& world, const std::string& token, const std::string& current,
                    const std::string& next) {
  v1::ChangePasswordRequest request;
  request.set_current_password(current);
  request.set_new_password(next);
  return ChangePassword(world.deps, world.CallWith(token), request).status();
}

TEST_CASE("A new password ends all other sessions and keeps this one", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  const v1::TokenResponse here = world.MustLogin("t1", "admin");
  const v1::TokenResponse other = world.MustLogin("t1", "admin");
  REQUIRE(Change(world, here.access_token(), kGoodPassword, kNewPassword).ok());
  CHECK(world.Verdict(here.access_token()) == "OK");
  CHECK(world.TryRefresh("t1", here.refresh_token()).ok());
  CHECK(world.Verdict(other.access_token()) == "TOKEN_REVOKED");
  CHECK(ReasonOf(world.TryRefresh("t1", other.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(ReasonOf(world.TryLogin("t1", "admin", kGoodPassword).status()) == "INVALID_CREDENTIALS");
  world.MustLogin("t1", "admin", kNewPassword);
}

TEST_CASE("The present password is asked for, throttled, and the new one is checked",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string token = world.MakeTenant("t1");
  CHECK(ReasonOf(Change(world, token, kGoodPassword, "short")) == "WEAK_PASSWORD");
  CHECK(ReasonOf(Change(world, token, kGoodPassword, "the admin in here")) == "WEAK_PASSWORD");
  CHECK(ReasonOf(Change(world, token, kGoodPassword, kGoodPassword)) == "WEAK_PASSWORD");
  CHECK(ReasonOf(Change(world, token, std::string(257, 'x'), kNewPassword)) == "FIELD_INVALID");
  for (int i = 0; i < 3; ++i)
    CHECK(ReasonOf(Change(world, token, "wrong", kNewPassword)) == "INVALID_CREDENTIALS");
  CHECK(ReasonOf(Change(world, token, kGoodPassword, kNewPassword)) == "ACCOUNT_LOCKED");
}

}  // namespace
}  // namespace fiscus::identity
