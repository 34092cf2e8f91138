#include "services/alerting/rpc/resolve.h"

#include "libs/core/status.h"
#include "services/alerting/store/alert_store.h"

namespace fiscus::alerting {

std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfAlerts(const Deps& deps) {
  return [&deps](const Call& call, std::string_view resource,
                 const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
    if (resource != "alert")
      return absl::InternalError("unknown kind of resource: " + std::string(resource));
    std::vector<std::string> paths;
    RETURN_IF_ERROR(
        deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
          ASSIGN_OR_RETURN(paths, UnitPathsOf(tx, ids));
          return absl::OkStatus();
        }));
    return paths;
  };
}

}  // namespace fiscus::alerting
