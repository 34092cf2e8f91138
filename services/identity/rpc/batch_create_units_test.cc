#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("A batch answers each unit in its place; refusals do not harm the others",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::BatchCreateUnitsRequest request;
  const auto add = [&](const char* parent, const char* code, const char* name) {
    v1::CreateUnitRequest& unit = *request.add_units();
    unit.set_parent_path(parent);
    unit.set_code(code);
    unit.set_name(name);
  };
  add("/r/a/", "new", "New");
  add("/r/a/new/", "below", "Below");
  add("/r/", "a", "a");           // as it is
  add("/r/", "a", "renamed");     // taken
  add("/r/none/", "x", "X");      // no parent
  add("/r/", "bad code", "Bad");  // malformed
  const Call call = world.CallWith(admin);
  const auto response = BatchCreateUnits(world.deps, call, request);
  REQUIRE(response.ok());
  std::vector<std::string> reasons;
  for (const v1::UnitResult& result : response->results())
    reasons.push_back(result.code() == 0 ? "OK" : result.reason());
  CHECK(reasons == std::vector<std::string>{"OK", "OK", "OK", "UNIT_CODE_TAKEN", "PARENT_NOT_FOUND",
                                            "FIELD_INVALID"});
  CHECK(response->results(1).unit().path() == "/r/a/new/below/");
  CHECK(BatchCreateUnits(world.deps, call, request)->SerializeAsString() ==
        response->SerializeAsString());
}

TEST_CASE("A batch holds one to a thousand units", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::BatchCreateUnitsRequest request;
  CHECK(ReasonOf(BatchCreateUnits(world.deps, world.CallWith(admin), request).status()) ==
        "FIELD_INVALID");
  for (int i = 0; i < 1000; ++i) {
    v1::CreateUnitRequest& unit = *request.add_units();
    unit.set_parent_path("/r/");
    unit.set_code("u" + std::to_string(i));
    unit.set_name("Unit");
  }
  const auto response = BatchCreateUnits(world.deps, world.CallWith(admin), request);
  REQUIRE(response.ok());
  CHECK(response->results_size() == 1000);
  CHECK(response->results(999).code() == 0);
  *request.add_units() = request.units(0);
  CHECK(ReasonOf(BatchCreateUnits(world.deps, world.CallWith(admin), request).status()) ==
        "FIELD_INVALID");
}

}  // namespace
}  // namespace fiscus::identity
