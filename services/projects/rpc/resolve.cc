#include "services/projects/rpc/resolve.h"

#include <utility>

#include "libs/core/status.h"
#include "services/projects/domain/reason.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {
namespace {

Reason AbsentReason(std::string_view resource) {
  if (resource == "contract") return Reason::kContractNotFound;
  if (resource == "measurement") return Reason::kMeasurementNotFound;
  if (resource == "modification") return Reason::kModificationNotFound;
  return Reason::kProjectNotFound;
}

}  // namespace

rpc::UnitResolver UnitsOf(const Deps& deps) {
  return [&deps](const Call& call, std::string_view resource,
                 const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
    std::vector<std::string> paths;
    const absl::Status read =
        deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
          paths.clear();
          ASSIGN_OR_RETURN(const auto units, ResolveUnits(tx, resource, ids));
          for (const std::string& id : ids) {
            const auto unit = units.find(id);
            if (unit == units.end()) {
              return Refused(AbsentReason(resource), "there is no such " + std::string(resource),
                             {{std::string(resource) + "_id", id}});
            }
            paths.push_back(unit->second);
          }
          return absl::OkStatus();
        });
    if (!read.ok()) return read;
    return paths;
  };
}

}  // namespace fiscus::projects
