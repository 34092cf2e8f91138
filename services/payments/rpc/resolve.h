// Where a payment is, for SCOPE_RESOURCE.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/payments/deps.h"

namespace fiscus::payments {

// Gives the units of resources of kind "payment". The function refuses with PAYMENT_NOT_FOUND.
std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfPayments(const Deps& deps);

}  // namespace fiscus::payments
