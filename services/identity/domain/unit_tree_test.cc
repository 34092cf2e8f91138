#include "services/identity/domain/unit_tree.h"

#include <catch2/catch.hpp>

#include "libs/core/status.h"

namespace fiscus::identity {
namespace {

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return status.ok() ? "OK" : refusal.has_value() ? refusal->reason : "NO REASON";
}

TEST_CASE("Units are placed below parents that exist or come before them", "[identity][domain]") {
  const Unit root = {.path = "/r/", .code = "r", .name = "Root", .kind = 1, .parent_path = ""};
  const Unit health = UnitBelow("/r/", "health", "Health", 2);
  const std::map<std::string, Unit> existing = {{"/r/", root}, {"/r/health/", health}};
  const std::vector<Unit> wanted = {
      UnitBelow("/r/", "health", "Health", 2),      // equal
      UnitBelow("/r/", "health", "Education", 2),   // another name
      UnitBelow("/r/", "health", "Health", 3),      // another kind
      UnitBelow("/r/roads/", "south", "South", 3),  // its parent comes later
      UnitBelow("/r/", "roads", "Roads", 2),
      UnitBelow("/r/roads/", "north", "North", 3),  // its parent came before
      UnitBelow("/r/roads/", "north", "North", 3),  // again
  };
  const Placement placement = PlaceUnits(existing, wanted);
  std::vector<std::string> reasons;
  for (const absl::Status& result : placement.results) reasons.push_back(ReasonOf(result));
  CHECK(reasons == std::vector<std::string>{"OK", "UNIT_CODE_TAKEN", "UNIT_CODE_TAKEN",
                                            "PARENT_NOT_FOUND", "OK", "OK", "OK"});
  CHECK(placement.to_insert == std::vector<Unit>{wanted[4], wanted[5]});
}

TEST_CASE("The tree has at most twenty levels", "[identity][domain]") {
  std::map<std::string, Unit> existing;
  std::string path = "/";
  for (int level = 1; level <= 20; ++level) {
    const Unit unit = UnitBelow(path, "l" + std::to_string(level), "Level", 1);
    path = unit.path;
    existing[path] = unit;
  }
  CHECK(ReasonOf(PlaceUnits(existing, {UnitBelow(path, "l21", "Level", 1)}).results[0]) ==
        "FIELD_INVALID");
}

}  // namespace
}  // namespace fiscus::identity
