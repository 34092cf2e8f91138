#include "services/budget/rpc/resolve.h"

#include <map>
#include <utility>

#include "libs/core/status.h"
#include "services/budget/rpc/refusals.h"
#include "services/budget/store/line_store.h"

namespace fiscus::budget {
namespace {

absl::StatusOr<std::vector<std::string>> Resolve(const Deps& deps, const Call& call,
                                                 std::string_view kind,
                                                 const std::vector<std::string>& ids) {
  const bool lines = kind == "line";
  if (!lines && kind != "reservation") {
    return absl::InternalError("unknown kind of resource: " + std::string(kind));
  }
  const std::string& tenant = call.caller.tenant;
  std::vector<std::string> paths, unknown;
  for (const std::string& id : ids) {
    if (auto path = deps.units.Find(tenant, kind, id)) {
      paths.push_back(*std::move(path));
    } else {
      unknown.push_back(id);
    }
  }
  if (unknown.empty()) return paths;
  std::map<std::string, std::string> found;
  RETURN_IF_ERROR(deps.database.Read(tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(
        found, lines ? store::UnitsOfLines(tx, unknown) : store::UnitsOfReservations(tx, unknown));
    return absl::OkStatus();
  }));
  for (const std::string& id : unknown) {
    const auto unit = found.find(id);
    if (unit == found.end()) return lines ? LineNotFound(id) : ReservationNotFound(id);
    deps.units.Remember(tenant, kind, id, unit->second);
    paths.push_back(unit->second);
  }
  return paths;
}

}  // namespace

std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfLedger(const Deps& deps) {
  return [&deps](const Call& call, std::string_view kind, const std::vector<std::string>& ids) {
    return Resolve(deps, call, kind, ids);
  };
}

}  // namespace fiscus::budget
