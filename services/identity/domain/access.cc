#include "services/identity/domain/access.h"

#include <algorithm>
#include <iterator>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/identity/domain/duties.h"
#include "services/identity/domain/reasons.h"

namespace fiscus::identity {
namespace {

constexpr size_t kRoleNameMax = 40;

absl::Status Exceeds(const Grant& grant, std::string_view why) {
  return Refuse(absl::StatusCode::kPermissionDenied, reason::kGrantExceedsCaller,
                "role " + grant.role + " at " + grant.unit_path + ": " + std::string(why),
                {{"role", grant.role}, {"unit_path", grant.unit_path}});
}

std::vector<Grant> Difference(std::vector<Grant> a, std::vector<Grant> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<Grant> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

// The caller's right to add one grant, apart from managing users there.
absl::Status CheckAdded(const Granting& granting, const Grant& grant, const Role& role) {
  if (granting.subject_id == granting.caller_id) {
    return Exceeds(grant, "nobody adds to his own grants; another administrator must");
  }
  if (Holds(granting.caller, kManageRoles, grant.unit_path)) return absl::OkStatus();
  for (const std::string& intent : role.intents) {
    if (!Holds(granting.caller, intent, grant.unit_path)) {
      return Exceeds(grant, "you do not hold " + intent + " there yourself");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const Granting& granting, const RoleTable& roles) {
  if (granting.after.size() > kGrantsMax) {
    return InvalidFields(
        {{.field = "grants", .description = "at most " + std::to_string(kGrantsMax)}});
  }
  const size_t bytes = TokenBytes(Effective(granting.after, roles));
  if (bytes > kTokenGrantBytesMax) {
    return InvalidFields(
        {{.field = "grants",
          .description = "need " + std::to_string(bytes) + " bytes of a token, at most " +
                         std::to_string(kTokenGrantBytesMax) +
                         ": grant at a higher unit or fewer roles"}});
  }
  return absl::OkStatus();
}

}  // namespace

EffectiveGrants Effective(const std::vector<Grant>& grants, const RoleTable& roles) {
  EffectiveGrants all;
  for (const Grant& grant : grants) {
    const auto role = roles.find(grant.role);
    if (role == roles.end()) continue;
    all[grant.unit_path].insert(role->second.intents.begin(), role->second.intents.end());
  }
  EffectiveGrants least;
  // A prefix sorts before what it covers, so each path meets its ancestors first.
  for (const auto& [path, intents] : all) {
    for (const std::string& intent : intents) {
      if (!Holds(least, intent, path)) least[path].insert(intent);
    }
  }
  return least;
}

bool Holds(const EffectiveGrants& held, std::string_view intent, std::string_view unit_path) {
  return std::any_of(held.begin(), held.end(), [&](const auto& entry) {
    return IsWithin(unit_path, entry.first) && entry.second.contains(std::string(intent));
  });
}

size_t TokenBytes(const EffectiveGrants& grants) {
  size_t bytes = 2;
  for (const auto& [path, intents] : grants) {
    bytes += path.size() + sizeof(R"({"p":"","i":[]},)") - 1;
    for (const std::string& intent : intents) bytes += intent.size() + 3;
  }
  return bytes;
}

absl::Status CheckGranting(const Granting& granting, const RoleTable& roles) {
  if (absl::Status size = CheckSize(granting, roles); !size.ok()) return size;
  for (const Grant& grant : granting.after) {
    if (!roles.contains(grant.role)) {
      return Refuse(absl::StatusCode::kFailedPrecondition, reason::kRoleNotFound,
                    "no role " + grant.role, {{"role", grant.role}});
    }
  }
  for (const Grant& grant : granting.after) {
    if (!granting.units.contains(grant.unit_path)) {
      return Refuse(absl::StatusCode::kFailedPrecondition, reason::kUnitNotFound,
                    "no unit " + grant.unit_path, {{"unit_path", grant.unit_path}});
    }
  }
  const std::vector<Grant> added = Difference(granting.after, granting.before);
  std::vector<Grant> touched = Difference(granting.before, granting.after);
  touched.insert(touched.end(), added.begin(), added.end());
  for (const Grant& grant : touched) {
    if (!Holds(granting.caller, kManageUsers, grant.unit_path)) {
      return Exceeds(grant, "you do not manage users there");
    }
  }
  for (const Grant& grant : added) {
    if (absl::Status right = CheckAdded(granting, grant, roles.at(grant.role)); !right.ok())
      return right;
  }
  return absl::OkStatus();
}

absl::Status CheckRole(const Role& role, const RoleTable& present,
                       const std::set<std::string>& declared,
                       const std::set<std::string>& own_roles) {
  const auto before = present.find(role.name);
  if (before != present.end() && before->second.built_in) {
    return Refuse(absl::StatusCode::kFailedPrecondition, reason::kRoleBuiltIn,
                  role.name + " is shipped with the product; define a role of another name",
                  {{"role", role.name}});
  }
  for (const std::string& intent : role.intents) {
    if (!declared.contains(intent)) {
      return Refuse(absl::StatusCode::kInvalidArgument, reason::kUnknownIntent,
                    "no RPC declares " + intent, {{"intent", intent}});
    }
  }
  if (const auto clash = ClashAmong(role.intents); clash.has_value()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, reason::kIncompatibleDuties,
                  clash->first + " and " + clash->second + " may not lie in one hand",
                  {{"intent", clash->first}, {"other_intent", clash->second}});
  }
  if (!own_roles.contains(role.name)) return absl::OkStatus();
  for (const std::string& intent : role.intents) {
    if (before == present.end() || !before->second.intents.contains(intent)) {
      return Refuse(absl::StatusCode::kPermissionDenied, reason::kGrantExceedsCaller,
                    "you hold " + role.name + " yourself and would gain " + intent,
                    {{"intent", intent}});
    }
  }
  return absl::OkStatus();
}

bool IsRoleName(std::string_view name) {
  if (name.size() < 2 || name.size() > kRoleNameMax || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace fiscus::identity
