// The names of fiscus.identity.v1.IdentityReason, so that the pure core needs no protobuf. A test
// compares both lists.
#pragma once

#include <string_view>

namespace fiscus::identity::reason {

inline constexpr std::string_view kInvalidCredentials = "INVALID_CREDENTIALS";
inline constexpr std::string_view kAccountLocked = "ACCOUNT_LOCKED";
inline constexpr std::string_view kUserDisabled = "USER_DISABLED";
inline constexpr std::string_view kInvalidRefreshToken = "INVALID_REFRESH_TOKEN";
inline constexpr std::string_view kWeakPassword = "WEAK_PASSWORD";
inline constexpr std::string_view kTenantExists = "TENANT_EXISTS";
inline constexpr std::string_view kParentNotFound = "PARENT_NOT_FOUND";
inline constexpr std::string_view kUnitCodeTaken = "UNIT_CODE_TAKEN";
inline constexpr std::string_view kUsernameTaken = "USERNAME_TAKEN";
inline constexpr std::string_view kRoleNotFound = "ROLE_NOT_FOUND";
inline constexpr std::string_view kUnitNotFound = "UNIT_NOT_FOUND";
inline constexpr std::string_view kUserNotFound = "USER_NOT_FOUND";
inline constexpr std::string_view kGrantExceedsCaller = "GRANT_EXCEEDS_CALLER";
inline constexpr std::string_view kUnknownIntent = "UNKNOWN_INTENT";
inline constexpr std::string_view kRoleBuiltIn = "ROLE_BUILT_IN";
inline constexpr std::string_view kIncompatibleDuties = "INCOMPATIBLE_DUTIES";
inline constexpr std::string_view kOwnPassword = "OWN_PASSWORD";
inline constexpr std::string_view kTenantNotFound = "TENANT_NOT_FOUND";
inline constexpr std::string_view kTenantDisabled = "TENANT_DISABLED";

}  // namespace fiscus::identity::reason
