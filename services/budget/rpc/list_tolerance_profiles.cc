// ListToleranceProfiles: all of the tenant, by name; they belong to no unit.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/store/profile_store.h"

namespace fiscus::budget {

absl::StatusOr<v1::ListToleranceProfilesResponse> ListToleranceProfiles(
    const Deps& deps, const Call& call, const v1::ListToleranceProfilesRequest&) {
  std::vector<ToleranceProfile> profiles;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(profiles, store::ListProfiles(tx));
        return absl::OkStatus();
      }));
  v1::ListToleranceProfilesResponse response;
  for (const ToleranceProfile& profile : profiles) *response.add_profiles() = ToProto(profile);
  return response;
}

}  // namespace fiscus::budget
