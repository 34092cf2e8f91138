#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Disabling ends everything at once; enabling allows a new login, not the old sessions",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {{"auditor", "/r/"}});
  const v1::TokenResponse tokens = world.MustLogin("t1", "li.na");
  v1::SetUserDisabledRequest request;
  request.set_user_id(user.user_id());
  request.set_disabled(true);
  const auto disabled = SetUserDisabled(world.deps, world.CallWith(admin), request);
  REQUIRE(disabled.ok());
  CHECK(disabled->disabled());
  CHECK(disabled->grants_size() == 1);
  CHECK(world.Verdict(tokens.access_token()) == "TOKEN_REVOKED");
  CHECK(ReasonOf(world.TryRefresh("t1", tokens.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(ReasonOf(world.TryLogin("t1", "li.na", kGoodPassword).status()) == "USER_DISABLED");

  request.set_disabled(false);
  REQUIRE(SetUserDisabled(world.deps, world.CallWith(admin), request).ok());
  CHECK(ReasonOf(world.TryRefresh("t1", tokens.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(world.Verdict(world.MustLogin("t1", "li.na").access_token()) == "OK");
  request.set_user_id(NewUuid());
  CHECK(ReasonOf(SetUserDisabled(world.deps, world.CallWith(admin), request).status()) ==
        "USER_NOT_FOUND");
}

}  // namespace
}  // namespace fiscus::identity
