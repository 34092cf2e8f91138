// The units of this service's resources, for the dispatcher's access check.
#pragma once

#include "libs/rpc/dispatcher.h"
#include "services/projects/deps.h"

namespace fiscus::projects {

// Resolves "project", "contract", "measurement" and "modification"; NOT_FOUND with its reason for
// the first id that is absent.
rpc::UnitResolver UnitsOf(const Deps& deps);

}  // namespace fiscus::projects
