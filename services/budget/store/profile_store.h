// Tolerance profiles. Runs in the caller's transaction. Thread-safe (no state).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/budget/domain/tolerance.h"

namespace fiscus::budget::store {

// Those of the names that the tenant has defined. Locks nothing.
absl::StatusOr<std::vector<ToleranceProfile>> FindProfiles(pg::Tx& tx,
                                                           const std::vector<std::string>& names);
// All, by name; "default" as built in unless the tenant has defined it.
absl::StatusOr<std::vector<ToleranceProfile>> ListProfiles(pg::Tx& tx);
// Defines a profile or gives it other limits. Locks the profile.
absl::Status SaveProfile(pg::Tx& tx, const ToleranceProfile& profile);

}  // namespace fiscus::budget::store
