// Unit paths of lines and reservations, for the dispatcher's authorisation. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/budget/deps.h"

namespace fiscus::budget {

// Kinds "line" and "reservation". Refuses: LINE_NOT_FOUND, RESERVATION_NOT_FOUND.
std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfLedger(const Deps& deps);

}  // namespace fiscus::budget
