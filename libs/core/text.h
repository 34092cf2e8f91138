// Text helpers, and the one bridge between std::string_view and Debian's own absl::string_view.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace fiscus {

// Debian's Abseil has its own string_view, to which std's does not convert.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

// Lower-case hexadecimal digits of bytes.
std::string Hex(std::string_view bytes);

// SHA-256 of bytes, 32 raw bytes (FIPS 180-4, by OpenSSL).
std::string Sha256(std::string_view bytes);

// Base64url without padding (RFC 4648 §5); decoding refuses foreign characters.
std::string Base64UrlEncode(std::string_view bytes);
std::optional<std::string> Base64UrlDecode(std::string_view text);

// True if `path` is a unit path: "/" parts "/" with parts of [A-Za-z0-9_-]{1,40}, at most 20 parts.
bool IsUnitPath(std::string_view path);

// True if `path` is `prefix` or below it; both are unit paths, so "/a/" does not cover "/ab/".
bool IsWithin(std::string_view path, std::string_view prefix);

// Equal in time that does not depend on the content (secrets, MACs).
bool ConstantTimeEquals(std::string_view a, std::string_view b);

}  // namespace fiscus
