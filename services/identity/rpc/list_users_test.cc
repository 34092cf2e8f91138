#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Users are listed by home unit within the caller's scope, page by page",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  world.MakeTenant("t2");
  world.MakeUser(admin, "chief", "/r/a/", {{"unit_head", "/r/a/"}});
  world.MakeUser(admin, "anna", "/r/a/x/", {{"unit_operator", "/r/a/x/"}, {"auditor", "/r/"}});
  world.MakeUser(admin, "bert", "/r/b/", {});
  const auto list = [&](const std::string& token, const std::string& under, int page_size) {
    std::vector<std::string> names;
    v1::ListUsersRequest request;
    request.set_under_path(under);
    request.set_page_size(page_size);
    do {
      const auto page =
          ListUsers(world.deps, world.CallWith(token, "identity.users.read"), request);
      REQUIRE(page.ok());
      for (const v1::User& user : page->users())
        names.push_back(user.username() + ":" + std::to_string(user.grants_size()));
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(list(admin, "", 0) == Names{"admin:1", "anna:2", "bert:0", "chief:1"});
  CHECK(list(admin, "", 1) == Names{"admin:1", "anna:2", "bert:0", "chief:1"});
  CHECK(list(admin, "/r/a/", 0) == Names{"anna:2", "chief:1"});
  CHECK(list(world.MustLogin("t1", "chief").access_token(), "", 0) == Names{"anna:2", "chief:1"});
}

}  // namespace
}  // namespace fiscus::identity
