// Who may do what, where: roles are named sets of intents, a grant is a role at a unit and all
// below it.
//
// Pure. Called by login (what goes into a token) and by the administration of users and roles (who
// may give what to whom).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace fiscus::identity {

// Grants of one user, count. With the bound below it keeps a token inside one HTTP/2 header.
inline constexpr size_t kGrantsMax = 16;
// Size of the grants inside a token, bytes. gRPC refuses metadata above 8 KiB in all; a token is
// 4/3 of its claims.
inline constexpr size_t kTokenGrantBytesMax = 4'500;
// Intents that decide about others' rights.
inline constexpr std::string_view kManageUsers = "identity.users.manage";
inline constexpr std::string_view kManageRoles = "identity.roles.manage";

struct Role {
  std::string name;
  std::string description;
  std::set<std::string> intents;
  bool built_in = false;
};
using RoleTable = std::map<std::string, Role>;

struct Grant {
  std::string role;
  std::string unit_path;

  friend auto operator<=>(const Grant&, const Grant&) = default;
};

// Unit path → intents held there and below.
using EffectiveGrants = std::map<std::string, std::set<std::string>>;

// What the grants amount to. An intent already held at a unit above is not repeated below it, so
// the result is as small as it can be. A grant of a role that does not exist amounts to nothing.
EffectiveGrants Effective(const std::vector<Grant>& grants, const RoleTable& roles);

// True if `held` covers the intent at the unit.
bool Holds(const EffectiveGrants& held, std::string_view intent, std::string_view unit_path);

// Bytes that the grants take in a token's claims: {"p":"…","i":["…",…]} each.
size_t TokenBytes(const EffectiveGrants& grants);

// Who gives what to whom.
struct Granting {
  std::string caller_id;
  EffectiveGrants caller;       // what the caller's token grants
  std::string subject_id;       // the user who receives
  std::vector<Grant> before;    // his grants so far
  std::vector<Grant> after;     // his grants from now on
  std::set<std::string> units;  // those units of `after` that exist
};

// Decides whether the caller may replace `before` by `after`.
//
// Refuses, in this order: FIELD_INVALID (too many grants, or too large for a token),
// ROLE_NOT_FOUND, UNIT_NOT_FOUND, GRANT_EXCEEDS_CALLER. The last when the caller may not manage
// users at the unit of a grant that is added or taken away; when he adds a role that holds an
// intent that he does not hold there himself; and when he adds to his own grants. Holders of
// identity.roles.manage may give any role within their units, because they may define any role: an
// administrator must be able to appoint a signer without being one.
absl::Status CheckGranting(const Granting& granting, const RoleTable& roles);

// Decides whether the caller may give `role` its new content.
//
// `declared` are the intents that RPCs declare; `own_roles` the names of the roles that the caller
// holds himself. Refuses, in this order: ROLE_BUILT_IN, UNKNOWN_INTENT, INCOMPATIBLE_DUTIES
// (domain/duties.h), GRANT_EXCEEDS_CALLER (a role of his own would gain an intent).
absl::Status CheckRole(const Role& role, const RoleTable& present,
                       const std::set<std::string>& declared,
                       const std::set<std::string>& own_roles);

// [a-z][a-z0-9_]{1,39}.
bool IsRoleName(std::string_view name);

}  // namespace fiscus::identity
