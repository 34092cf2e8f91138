// PutToleranceProfile: defines a tolerance profile or gives it other limits; in force for the next
// command.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/store/profile_store.h"

namespace fiscus::budget {
namespace {

constexpr int kLimitsMax = 20;

absl::StatusOr<ToleranceProfile> Parse(const v1::PutToleranceProfileRequest& request) {
  rpc::Fields fields;
  ToleranceProfile profile{.name = request.profile().name(), .limits = {}};
  fields.Check(IsProfileName(profile.name), "profile.name", "must match [a-z][a-z0-9_-]{0,39}");
  fields.Check(request.profile().limits_size() <= kLimitsMax, "profile.limits",
               "must have at most " + std::to_string(kLimitsMax) + " limits");
  for (int i = 0; i < request.profile().limits_size(); ++i) {
    const v1::ToleranceLimit& limit = request.profile().limits(i);
    const std::string at = "profile.limits[" + std::to_string(i) + "]";
    fields.Check(
        limit.group() == v1::TOLERANCE_GROUP_COMMIT || limit.group() == v1::TOLERANCE_GROUP_PAY,
        at + ".group", "must be COMMIT or PAY");
    fields.Check(limit.usage_bp() >= 1 && limit.usage_bp() <= kUsageBpMax, at + ".usage_bp",
                 "must be 1 to 1000000 basis points");
    fields.Check(limit.action() == v1::TOLERANCE_ACTION_INFO ||
                     limit.action() == v1::TOLERANCE_ACTION_WARN ||
                     limit.action() == v1::TOLERANCE_ACTION_BLOCK,
                 at + ".action", "must be INFO, WARN or BLOCK");
    profile.limits.push_back({.group = static_cast<ToleranceGroup>(limit.group()),
                              .usage_bp = limit.usage_bp(),
                              .action = static_cast<ToleranceAction>(limit.action())});
  }
  RETURN_IF_ERROR(fields.status());
  return profile;
}

}  // namespace

absl::StatusOr<v1::ToleranceProfile> PutToleranceProfile(
    const Deps& deps, const Call& call, const v1::PutToleranceProfileRequest& request) {
  ASSIGN_OR_RETURN(const ToleranceProfile profile, Parse(request));
  return pg::Transact<v1::ToleranceProfile>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::ToleranceProfile> {
        ASSIGN_OR_RETURN(const auto before, store::FindProfiles(tx, {profile.name}));
        RETURN_IF_ERROR(store::SaveProfile(tx, profile));
        v1::ToleranceProfile answer = ToProto(profile);
        tx.AuditSubject("tolerance-profiles/" + profile.name,
                        before.empty() ? "" : ToProto(before.front()).SerializeAsString(),
                        answer.SerializeAsString());
        return answer;
      });
}

}  // namespace fiscus::budget
