#include "services/identity/rpc/granting.h"

#include "libs/core/status.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/store/accounts.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {

absl::Status MayGrant(const Deps& deps, const Call& call, pg::Tx& tx, const std::string& subject_id,
                      const std::vector<Grant>& before, const std::vector<Grant>& after) {
  std::vector<std::string> paths;
  for (const Grant& grant : after) paths.push_back(grant.unit_path);
  ASSIGN_OR_RETURN(const auto units, FindUnits(tx, paths));
  ASSIGN_OR_RETURN(RoleTable own, ListOwnRoles(tx));
  Granting granting = {.caller_id = call.caller.subject,
                       .caller = GrantsOf(call.caller),
                       .subject_id = subject_id,
                       .before = before,
                       .after = after,
                       .units = {}};
  for (const auto& [path, unit] : units) granting.units.insert(path);
  return CheckGranting(granting, AllRoles(deps.policies.roles, std::move(own)));
}

}  // namespace fiscus::identity
