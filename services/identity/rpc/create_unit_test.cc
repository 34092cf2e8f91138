#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("Units are added below a parent; an equal one is answered as it is", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::CreateUnitRequest request;
  request.set_parent_path("/r/a/");
  request.set_code("health");
  request.set_name("卫生健康委");
  request.set_kind(v1::UNIT_KIND_DEPARTMENT);
  const auto create = [&] { return CreateUnit(world.deps, world.CallWith(admin), request); };
  REQUIRE(create().ok());
  CHECK(create()->path() == "/r/a/health/");
  CHECK(world.AuditActors("t1", "units/r/a/health/").size() == 2);
  request.set_name("教育局");
  CHECK(ReasonOf(create().status()) == "UNIT_CODE_TAKEN");
  request.set_parent_path("/r/nowhere/");
  CHECK(ReasonOf(create().status()) == "PARENT_NOT_FOUND");
  request.set_parent_path("r");
  request.set_code("a/b");
  request.set_name("");
  request.set_kind(static_cast<v1::UnitKind>(9));
  CHECK(ViolationsOf(create().status()).size() == 4);
}

}  // namespace
}  // namespace fiscus::identity
