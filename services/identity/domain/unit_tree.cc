#include "services/identity/domain/unit_tree.h"

#include <utility>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/identity/domain/names.h"
#include "services/identity/domain/reasons.h"

namespace fiscus::identity {
namespace {

bool IsEqual(const Unit& a, const Unit& b) {
  return a.path == b.path && a.name == b.name && a.kind == b.kind;
}

absl::Status Decide(const std::map<std::string, Unit>& existing, const Unit& unit) {
  if (!existing.contains(unit.parent_path)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, reason::kParentNotFound,
                  "no unit " + unit.parent_path, {{"parent_path", unit.parent_path}});
  }
  const auto present = existing.find(unit.path);
  if (present != existing.end() && !IsEqual(present->second, unit)) {
    return Refuse(absl::StatusCode::kAlreadyExists, reason::kUnitCodeTaken,
                  unit.path + " exists with another name or kind: " + present->second.name,
                  {{"path", unit.path}});
  }
  if (!IsUnitPath(unit.path))
    return InvalidFields(
        {{.field = "parent_path", .description = "the tree has at most 20 levels"}});
  return absl::OkStatus();
}

}  // namespace

Placement PlaceUnits(std::map<std::string, Unit> existing, const std::vector<Unit>& wanted) {
  Placement placement;
  for (const Unit& unit : wanted) {
    placement.results.push_back(Decide(existing, unit));
    if (placement.results.back().ok() && existing.emplace(unit.path, unit).second)
      placement.to_insert.push_back(unit);
  }
  return placement;
}

Unit UnitBelow(std::string parent_path, std::string code, std::string name, int kind) {
  Unit unit = {.path = ChildPath(parent_path, code),
               .code = std::move(code),
               .name = std::move(name),
               .kind = kind};
  unit.parent_path = std::move(parent_path);
  return unit;
}

}  // namespace fiscus::identity
