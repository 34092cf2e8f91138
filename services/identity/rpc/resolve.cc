#include "services/identity/rpc/resolve.h"

#include "libs/core/status.h"
#include "services/identity/store/accounts.h"

namespace fiscus::identity {

rpc::UnitResolver UnitsOfUsers(const Deps& deps) {
  return [&deps](const Call& call, std::string_view resource,
                 const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
    if (resource != "user")
      return absl::InternalError("no such kind of resource: " + std::string(resource));
    std::vector<std::string> paths;
    RETURN_IF_ERROR(
        deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
          paths.clear();
          ASSIGN_OR_RETURN(const auto homes, HomeUnits(tx, ids));
          for (const std::string& id : ids) {
            const auto home = homes.find(id);
            if (home == homes.end()) return UserNotFound(id);
            paths.push_back(home->second);
          }
          return absl::OkStatus();
        }));
    return paths;
  };
}

}  // namespace fiscus::identity
