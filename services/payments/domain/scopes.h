// Which units a reader sees of those that were asked for. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fiscus::payments {

// The parts of `scopes` at or below `under_path` (empty: no limit); both are unit paths. Empty
// result: nothing may be seen.
std::vector<std::string> Narrow(const std::vector<std::string>& scopes,
                                std::string_view under_path);

}  // namespace fiscus::payments
