#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<v1::User> SetGrants(World& world, const std::string& token,
                                   const std::string& user_id,
                                   const std::vector<std::pair<std::string, std::string>>& grants) {
  v1::SetUserGrantsRequest request;
  request.set_user_id(user_id);
  for (const auto& [role, path] : grants) {
    v1::Grant& grant = *request.add_grants();
    grant.set_role(role);
    grant.set_unit_path(path);
  }
  return SetUserGrants(world.deps, world.CallWith(token), request);
}

TEST_CASE("Changed grants kill the old tokens; a refresh brings the new ones without a login",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {{"unit_operator", "/r/a/"}});
  const v1::TokenResponse old = world.MustLogin("t1", "li.na");
  REQUIRE(SetGrants(world, admin, user.user_id(), {{"unit_operator", "/r/a/"}}).ok());
  CHECK(world.Verdict(old.access_token()) == "OK");  // nothing changed
  REQUIRE(SetGrants(world, admin, user.user_id(), {{"unit_approver", "/r/a/"}}).ok());
  CHECK(world.Verdict(old.access_token()) == "TOKEN_REVOKED");
  const auto fresh = world.TryRefresh("t1", old.refresh_token());
  REQUIRE(fresh.ok());
  const Caller caller = world.CallWith(fresh->access_token()).caller;
  CHECK(caller.HoldsSomewhere("payments.approve_unit"));
  CHECK_FALSE(caller.HoldsSomewhere("payments.submit"));
}

TEST_CASE("Grants are refused for each reason", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {{"auditor", "/r/"}});
  world.MakeUser(admin, "local.admin", "/r/a/", {{"tenant_admin", "/r/a/"}});
  const std::string local = world.MustLogin("t1", "local.admin").access_token();
  CHECK(ReasonOf(SetGrants(world, admin, NewUuid(), {}).status()) == "USER_NOT_FOUND");
  CHECK(ReasonOf(SetGrants(world, admin, user.user_id(), {{"emperor", "/r/"}}).status()) ==
        "ROLE_NOT_FOUND");
  CHECK(ReasonOf(SetGrants(world, admin, user.user_id(), {{"auditor", "/q/"}}).status()) ==
        "UNIT_NOT_FOUND");
  // Neither given nor taken above one's own unit.
  CHECK(ReasonOf(SetGrants(world, local, user.user_id(), {{"auditor", "/r/"}, {"auditor", "/r/b/"}})
                     .status()) == "GRANT_EXCEEDS_CALLER");
  CHECK(ReasonOf(SetGrants(world, local, user.user_id(), {}).status()) == "GRANT_EXCEEDS_CALLER");
  CHECK(SetGrants(world, local, user.user_id(), {{"auditor", "/r/"}, {"unit_head", "/r/a/"}}).ok());
  // Not even an administrator adds to himself.
  const std::string me = world.CallWith(admin).caller.subject;
  CHECK(ReasonOf(SetGrants(world, admin, me, {{"tenant_admin", "/r/"}, {"finance_signer", "/r/"}})
                     .status()) == "GRANT_EXCEEDS_CALLER");
}

}  // namespace
}  // namespace fiscus::identity
