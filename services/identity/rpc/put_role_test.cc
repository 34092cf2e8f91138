#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<v1::Role> Put(World& world, const std::string& token, const std::string& name,
                             const std::vector<std::string>& intents) {
  v1::PutRoleRequest request;
  request.mutable_role()->set_name(name);
  request.mutable_role()->set_description("A role");
  for (const std::string& intent : intents) request.mutable_role()->add_intents(intent);
  return PutRole(world.deps, world.CallWith(token), request);
}

TEST_CASE("A role that shrinks kills its holders' tokens; one that grows does not",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const auto role = Put(world, admin, "clerk", {"payments.read", "budget.read", "budget.read"});
  REQUIRE(role.ok());
  CHECK(role->intents_size() == 2);
  CHECK_FALSE(role->built_in());
  world.MakeUser(admin, "li.na", "/r/a/", {{"clerk", "/r/a/"}});
  const v1::TokenResponse tokens = world.MustLogin("t1", "li.na");
  CHECK(world.CallWith(tokens.access_token()).caller.HoldsSomewhere("budget.read"));
  REQUIRE(Put(world, admin, "clerk", {"payments.read", "budget.read", "projects.read"}).ok());
  CHECK(world.Verdict(tokens.access_token()) == "OK");
  REQUIRE(Put(world, admin, "clerk", {"payments.read"}).ok());
  CHECK(world.Verdict(tokens.access_token()) == "TOKEN_REVOKED");
  const auto fresh = world.TryRefresh("t1", tokens.refresh_token());
  REQUIRE(fresh.ok());
  CHECK_FALSE(world.CallWith(fresh->access_token()).caller.HoldsSomewhere("budget.read"));
}

TEST_CASE("Roles are refused for each reason", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  CHECK(ReasonOf(Put(world, admin, "Clerk", {}).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(Put(world, admin, "clerk", {"payments.fly"}).status()) == "UNKNOWN_INTENT");
  CHECK(ReasonOf(Put(world, admin, "auditor", {"payments.read"}).status()) == "ROLE_BUILT_IN");
  CHECK(ReasonOf(Put(world, admin, "clerk", {"payments.submit", "payments.order"}).status()) ==
        "INCOMPATIBLE_DUTIES");
  // Nobody widens a role that he holds.
  REQUIRE(Put(world, admin, "helper", {"identity.roles.manage"}).ok());
  world.MakeUser(admin, "li.na", "/r/", {{"helper", "/r/"}});
  const std::string helper = world.MustLogin("t1", "li.na").access_token();
  CHECK(ReasonOf(
            Put(world, helper, "helper", {"identity.roles.manage", "payments.order"}).status()) ==
        "GRANT_EXCEEDS_CALLER");
  CHECK(Put(world, helper, "other", {"payments.read"}).ok());
}

}  // namespace
}  // namespace fiscus::identity
