// Duties that may not lie in one hand. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fiscus::identity {

// No two intents of a row may be in one role. Source: separation of incompatible duties
// (不相容职务分离), Basic Norms of Internal Control for Administrative Institutions
// (行政事业单位内部控制规范（试行）, 财会〔2012〕21号), articles 11-12; and of the three
// administrators (GB/T 22239-2019).
const std::vector<std::set<std::string>>& IncompatibleDuties();

// The first two of the intents that may not lie in one hand; nullopt if all may.
std::optional<std::pair<std::string, std::string>> ClashAmong(const std::set<std::string>& intents);

}  // namespace fiscus::identity
