// Which units a list concerns.
#pragma once

#include <string>
#include <vector>

#include "libs/runtime/call.h"

namespace fiscus::alerting {

// The caller's scopes for the declared intent, cut down to `under_path` (empty: not cut). None: the
// answer is empty.
std::vector<std::string> ScopesUnder(const Call& call, const std::string& under_path);

}  // namespace fiscus::alerting
