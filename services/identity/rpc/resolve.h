// Units of identity's own resources, for the dispatcher (SCOPE_RESOURCE).
#pragma once

#include "libs/rpc/dispatcher.h"
#include "services/identity/deps.h"

namespace fiscus::identity {

// Kind "user": the home units. USER_NOT_FOUND.
rpc::UnitResolver UnitsOfUsers(const Deps& deps);

}  // namespace fiscus::identity
