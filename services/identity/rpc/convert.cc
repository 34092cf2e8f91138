#include "services/identity/rpc/convert.h"

#include <algorithm>

namespace fiscus::identity {

v1::Unit ToProto(const Unit& unit) {
  v1::Unit proto;
  proto.set_path(unit.path);
  proto.set_code(unit.code);
  proto.set_name(unit.name);
  proto.set_kind(static_cast<v1::UnitKind>(unit.kind));
  return proto;
}

v1::User ToProto(const Account& account, const std::vector<Grant>& grants) {
  v1::User proto;
  proto.set_user_id(account.user_id);
  proto.set_username(account.username);
  proto.set_display_name(account.display_name);
  proto.set_unit_path(account.unit_path);
  proto.set_disabled(account.disabled);
  proto.set_must_change_password(account.must_change_password);
  for (const Grant& grant : grants) {
    v1::Grant& added = *proto.add_grants();
    added.set_role(grant.role);
    added.set_unit_path(grant.unit_path);
  }
  return proto;
}

v1::Role ToProto(const Role& role) {
  v1::Role proto;
  proto.set_name(role.name);
  proto.set_description(role.description);
  for (const std::string& intent : role.intents) proto.add_intents(intent);
  proto.set_built_in(role.built_in);
  return proto;
}

std::vector<Grant> GrantsOf(const google::protobuf::RepeatedPtrField<v1::Grant>& grants) {
  std::vector<Grant> out;
  for (const v1::Grant& grant : grants)
    out.push_back({.role = grant.role(), .unit_path = grant.unit_path()});
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

EffectiveGrants GrantsOf(const Caller& caller) {
  EffectiveGrants held;
  for (const fiscus::Grant& grant : caller.grants)
    held[grant.unit_path].insert(grant.intents.begin(), grant.intents.end());
  return held;
}

RoleTable AllRoles(const RoleTable& built_in, RoleTable own) {
  RoleTable all = built_in;
  all.merge(std::move(own));
  return all;
}

std::string GrantsText(std::vector<Grant> grants) {
  std::sort(grants.begin(), grants.end());
  std::string text;
  for (const Grant& grant : grants) text += grant.role + "@" + grant.unit_path + "\n";
  return text;
}

}  // namespace fiscus::identity
