// Who may give which roles: loads what CheckGranting (domain/access.h) decides on. For CreateUser
// and SetUserGrants.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/database.h"
#include "libs/runtime/call.h"
#include "services/identity/deps.h"

namespace fiscus::identity {

// Refuses as CheckGranting. `before`: the user's grants so far.
absl::Status MayGrant(const Deps& deps, const Call& call, pg::Tx& tx, const std::string& subject_id,
                      const std::vector<Grant>& before, const std::vector<Grant>& after);

}  // namespace fiscus::identity
