// Where an alert is, for SCOPE_RESOURCE.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/alerting/deps.h"

namespace fiscus::alerting {

// Gives the alerted units of resources of kind "alert". The function refuses with ALERT_NOT_FOUND.
std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfAlerts(const Deps& deps);

}  // namespace fiscus::alerting
