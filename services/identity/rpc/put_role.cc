#include <algorithm>

#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/identity/deps.h"
#include "services/identity/domain/names.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<Role> ParseRole(const v1::Role& proto) {
  rpc::Fields fields;
  fields.Check(IsRoleName(proto.name()), "role.name", "must be [a-z][a-z0-9_]{1,39}");
  fields.Check(IsDisplayName(proto.description()), "role.description",
               "1 to 200 bytes without control characters");
  RETURN_IF_ERROR(fields.status());
  return Role{.name = proto.name(),
              .description = proto.description(),
              .intents = {proto.intents().begin(), proto.intents().end()},
              .built_in = false};
}

std::set<std::string> RoleNames(const std::vector<Grant>& grants) {
  std::set<std::string> names;
  for (const Grant& grant : grants) names.insert(grant.role);
  return names;
}

// True if those who hold the role lose something, so that their tokens must die.
bool LosesIntents(const RoleTable& present, const Role& role) {
  const auto before = present.find(role.name);
  return before != present.end() &&
         !std::includes(role.intents.begin(), role.intents.end(), before->second.intents.begin(),
                        before->second.intents.end());
}

absl::StatusOr<v1::Role> Put(const Deps& deps, const Call& call, pg::Tx& tx, const Role& role) {
  ASSIGN_OR_RETURN(RoleTable own, ListOwnRoles(tx));
  ASSIGN_OR_RETURN(auto grants, ListGrants(tx, {call.caller.subject}));
  const RoleTable present = AllRoles(deps.policies.roles, std::move(own));
  RETURN_IF_ERROR(CheckRole(role, present, deps.policies.declared_intents,
                            RoleNames(grants[call.caller.subject])));
  RETURN_IF_ERROR(PutOwnRole(tx, role, call.now));
  if (LosesIntents(present, role)) {
    ASSIGN_OR_RETURN(const std::vector<Account> holders, LockRoleHolders(tx, role.name));
    RETURN_IF_ERROR(KillTokens(deps, tx, holders, call.now));
  }
  v1::Role response = ToProto(role);
  const auto before = present.find(role.name);
  tx.AuditSubject("roles/" + role.name,
                  before == present.end() ? "" : ToProto(before->second).SerializeAsString(),
                  response.SerializeAsString());
  return response;
}

}  // namespace

absl::StatusOr<v1::Role> PutRole(const Deps& deps, const Call& call,
                                 const v1::PutRoleRequest& request) {
  ASSIGN_OR_RETURN(const Role role, ParseRole(request.role()));
  return pg::Transact<v1::Role>(deps.database, call,
                                [&](pg::Tx& tx) { return Put(deps, call, tx, role); });
}

}  // namespace fiscus::identity
