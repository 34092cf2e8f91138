#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Roles are the built-in ones and the tenant's own, by name", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const std::string foreign = world.MakeTenant("t2");
  v1::PutRoleRequest request;
  request.mutable_role()->set_name("clerk");
  request.mutable_role()->set_description("Ours");
  REQUIRE(PutRole(world.deps, world.CallWith(admin), request).ok());
  const auto names = [&](const std::string& token) {
    std::vector<std::string> list;
    const auto roles = ListRoles(world.deps, world.CallWith(token), {});
    REQUIRE(roles.ok());
    for (const v1::Role& role : roles->roles()) list.push_back(role.name());
    CHECK(std::is_sorted(list.begin(), list.end()));
    return list;
  };
  CHECK(names(admin).size() == names(foreign).size() + 1);
  CHECK(names(foreign).size() == world.deps.policies.roles.size());
}

}  // namespace
}  // namespace fiscus::identity
