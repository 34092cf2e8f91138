// proto ↔ domain and store, the only place.
#pragma once

#include <string>
#include <vector>

#include "fiscus/identity/v1/identity.pb.h"
#include "google/protobuf/repeated_field.h"
#include "libs/runtime/call.h"
#include "services/identity/domain/access.h"
#include "services/identity/domain/unit_tree.h"
#include "services/identity/store/accounts.h"

namespace fiscus::identity {

v1::Unit ToProto(const Unit& unit);
v1::User ToProto(const Account& account, const std::vector<Grant>& grants);
v1::Role ToProto(const Role& role);

std::vector<Grant> GrantsOf(const google::protobuf::RepeatedPtrField<v1::Grant>& grants);
// What the caller's token grants.
EffectiveGrants GrantsOf(const Caller& caller);

// Built-in roles and the tenant's own; a built-in one hides another of its name.
RoleTable AllRoles(const RoleTable& built_in, RoleTable own);

// "a grant", for audit digests: a stable text of grants in any order.
std::string GrantsText(std::vector<Grant> grants);

}  // namespace fiscus::identity
