// Forms of the names that identity gives out. Pure.
#pragma once

#include <string>
#include <string_view>

namespace fiscus::identity {

// Tenant's slug: [a-z][a-z0-9-]{1,39}.
bool IsTenantSlug(std::string_view slug);
// User name: [a-z][a-z0-9._-]{1,39}.
bool IsUsername(std::string_view name);
// Unit code: [A-Za-z0-9_-]{1,40}.
bool IsUnitCode(std::string_view code);
// A name for people: 1..200 bytes of UTF-8 without control characters.
bool IsDisplayName(std::string_view name);

// The path of a unit with `code` below `parent_path` ("/" makes a root).
std::string ChildPath(std::string_view parent_path, std::string_view code);

}  // namespace fiscus::identity
