#include "services/identity/rpc/fixture.h"
#include "services/identity/rpc/resolve.h"

namespace fiscus::identity {
namespace {

TEST_CASE("A user is found in the caller's tenant only, and so are his units", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const std::string foreign = world.MakeTenant("t2");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {{"auditor", "/r/"}});
  v1::GetUserRequest request;
  request.set_user_id(user.user_id());
  CHECK(GetUser(world.deps, world.CallWith(admin), request)->SerializeAsString() ==
        user.SerializeAsString());
  CHECK(ReasonOf(GetUser(world.deps, world.CallWith(foreign), request).status()) ==
        "USER_NOT_FOUND");

  const rpc::UnitResolver resolve = UnitsOfUsers(world.deps);
  CHECK(resolve(world.CallWith(admin), "user", {user.user_id()}).value() ==
        std::vector<std::string>{"/r/a/"});
  CHECK(ReasonOf(resolve(world.CallWith(foreign), "user", {user.user_id()}).status()) ==
        "USER_NOT_FOUND");
  CHECK_FALSE(resolve(world.CallWith(admin), "payment", {user.user_id()}).ok());
}

}  // namespace
}  // namespace fiscus::identity
