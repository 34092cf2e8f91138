#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

v1::CreateUserRequest Valid() {
  v1::CreateUserRequest request;
  request.set_username("li.na");
  request.set_display_name("李娜");
  request.set_password(kGoodPassword);
  request.set_unit_path("/r/a/");
  v1::Grant& grant = *request.add_grants();
  grant.set_role("unit_operator");
  grant.set_unit_path("/r/a/");
  return request;
}

TEST_CASE("A user is added with grants, once", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const Call call = world.CallWith(admin);
  const auto user = CreateUser(world.deps, call, Valid());
  REQUIRE(user.ok());
  CHECK(user->grants_size() == 1);
  CHECK(CreateUser(world.deps, call, Valid())->user_id() == user->user_id());
  CHECK(ReasonOf(CreateUser(world.deps, world.CallWith(admin), Valid()).status()) ==
        "USERNAME_TAKEN");
  v1::CreateUserRequest other = Valid();
  other.set_password("another good passphrase");
  Call reused = call;
  reused.request_digest = std::string(32, 'x');
  CHECK(ReasonOf(CreateUser(world.deps, reused, other).status()) == "REQUEST_ID_REUSED");
  CHECK(world.AuditActors("t1", "users/" + user->user_id()) ==
        std::vector<std::string>{call.caller.subject});
}

TEST_CASE("A user is refused for each reason", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const auto create = [&](auto change) {
    v1::CreateUserRequest request = Valid();
    change(request);
    return ReasonOf(CreateUser(world.deps, world.CallWith(admin), request).status());
  };
  CHECK(create([](auto& r) { r.set_username("Li Na"); }) == "FIELD_INVALID");
  CHECK(create([](auto& r) { r.set_display_name(""); }) == "FIELD_INVALID");
  CHECK(create([](auto& r) { r.set_unit_path("a"); }) == "FIELD_INVALID");
  CHECK(create([](auto& r) { r.set_password("li.na 2026 x"); }) == "WEAK_PASSWORD");
  CHECK(create([](auto& r) { r.set_unit_path("/r/none/"); }) == "UNIT_NOT_FOUND");
  CHECK(create([](auto& r) { r.mutable_grants(0)->set_unit_path("/r/none/"); }) ==
        "UNIT_NOT_FOUND");
  CHECK(create([](auto& r) { r.mutable_grants(0)->set_role("emperor"); }) == "ROLE_NOT_FOUND");
  // An administrator of /r/a/ alone cannot appoint elsewhere.
  world.MakeUser(admin, "local.admin", "/r/a/", {{"tenant_admin", "/r/a/"}});
  const std::string local = world.MustLogin("t1", "local.admin").access_token();
  v1::CreateUserRequest request = Valid();
  request.mutable_grants(0)->set_unit_path("/r/");
  CHECK(ReasonOf(CreateUser(world.deps, world.CallWith(local), request).status()) ==
        "GRANT_EXCEEDS_CALLER");
  CHECK(CreateUser(world.deps, world.CallWith(local), Valid()).ok());
}

TEST_CASE("A first password that somebody else chose must be changed, unless it may be kept",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::CreateUserRequest request = Valid();
  CHECK(CreateUser(world.deps, world.CallWith(admin), request)->must_change_password());
  CHECK(world.MustLogin("t1", request.username()).must_change_password());
  request.set_username("machine");
  request.set_keep_password(true);
  CHECK_FALSE(CreateUser(world.deps, world.CallWith(admin), request)->must_change_password());
  CHECK_FALSE(world.MustLogin("t1", "machine").must_change_password());
}

}  // namespace
}  // namespace fiscus::identity
