#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Units are listed within the caller's scope, page by page", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  world.MakeTenant("t2");
  world.MakeUser(admin, "li.na", "/r/a/", {{"unit_operator", "/r/a/"}});
  const std::string narrow = world.MustLogin("t1", "li.na").access_token();
  const auto list = [&](const std::string& token, const std::string& under, int page_size) {
    std::vector<std::string> paths;
    v1::ListUnitsRequest request;
    request.set_under_path(under);
    request.set_page_size(page_size);
    do {
      const auto page =
          ListUnits(world.deps, world.CallWith(token, "identity.units.read"), request);
      REQUIRE(page.ok());
      for (const v1::Unit& unit : page->units()) paths.push_back(unit.path());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return paths;
  };
  using Paths = std::vector<std::string>;
  CHECK(list(admin, "", 0) == Paths{"/r/", "/r/a/", "/r/a/x/", "/r/b/"});
  CHECK(list(admin, "", 1) == Paths{"/r/", "/r/a/", "/r/a/x/", "/r/b/"});
  CHECK(list(admin, "/r/a/", 2) == Paths{"/r/a/", "/r/a/x/"});
  CHECK(list(narrow, "", 0) == Paths{"/r/a/", "/r/a/x/"});
  CHECK(list(narrow, "/r/b/", 0).empty());
  v1::ListUnitsRequest bad;
  bad.set_under_path("x");
  CHECK(
      ReasonOf(ListUnits(world.deps, world.CallWith(admin, "identity.units.read"), bad).status()) ==
      "FIELD_INVALID");
  bad.set_under_path("");
  bad.set_page_token("forged");
  CHECK(
      ReasonOf(ListUnits(world.deps, world.CallWith(admin, "identity.units.read"), bad).status()) ==
      "PAGE_TOKEN_INVALID");
}

}  // namespace
}  // namespace fiscus::identity
