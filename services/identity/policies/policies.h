// Built-in roles and what our own services may do, from the policy files that the build embeds; and
// the intents that exist.
//
// Loaded once at start. Thread-safe (pure).
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "services/identity/domain/access.h"

namespace fiscus::identity {

// Service → intents, held at every unit.
using ServicePolicies = std::map<std::string, std::set<std::string>>;

struct Policies {
  RoleTable roles;  // all built_in
  ServicePolicies services;
  std::set<std::string> declared_intents;
};

// An error names the file: malformed, another name than its file's, an intent twice or one that no
// RPC declares.
absl::StatusOr<Policies> LoadPolicies();

// Every intent that an RPC of this build declares (option fiscus.options.v1.access).
std::set<std::string> DeclaredIntents();

}  // namespace fiscus::identity
