#include "services/identity/rpc/add_units.h"

#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/identity/domain/names.h"

namespace fiscus::identity {

absl::StatusOr<Unit> ParseUnit(const v1::CreateUnitRequest& request) {
  rpc::Fields fields;
  fields.UnitPath("parent_path", request.parent_path());
  fields.Check(IsUnitCode(request.code()), "code", "must be [A-Za-z0-9_-]{1,40}");
  fields.Check(IsDisplayName(request.name()), "name", "1 to 200 bytes without control characters");
  fields.Check(v1::UnitKind_IsValid(request.kind()), "kind", "is not a kind of unit");
  RETURN_IF_ERROR(fields.status());
  return UnitBelow(request.parent_path(), request.code(), request.name(), request.kind());
}

absl::StatusOr<std::vector<absl::Status>> AddUnits(pg::Tx& tx, const std::vector<Unit>& units,
                                                   absl::Time now) {
  std::vector<std::string> paths;
  for (const Unit& unit : units) {
    paths.push_back(unit.path);
    paths.push_back(unit.parent_path);
  }
  ASSIGN_OR_RETURN(auto existing, FindUnits(tx, paths));
  Placement placement = PlaceUnits(std::move(existing), units);
  if (placement.to_insert.empty()) return std::move(placement.results);
  ASSIGN_OR_RETURN(const int64_t inserted, InsertUnits(tx, placement.to_insert, now));
  if (inserted != static_cast<int64_t>(placement.to_insert.size())) {
    return absl::AbortedError("a unit was added by somebody else meanwhile");
  }
  return std::move(placement.results);
}

}  // namespace fiscus::identity
