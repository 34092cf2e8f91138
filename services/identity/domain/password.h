// Which passwords are accepted. Pure; hashing is in services/identity/crypto.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace fiscus::identity {

// Characters (Unicode code points), count. Length is what slows guessing down; no rule asks for
// digits or signs. Source: OWASP ASVS 5.0.0, 6.2.1 and 6.2.9; NIST SP 800-63B §5.1.1.
inline constexpr size_t kPasswordCharactersMin = 12;
// Bytes, count: bounds the work that a login can cause.
inline constexpr size_t kPasswordBytesMax = 256;

// Decides whether `password` may become the password of `username`.
//
// Refuses with WEAK_PASSWORD, metadata `rule` = LENGTH (too short or too long), CHARACTERS (not
// UTF-8), USERNAME (contains the user's name), REPEATED (one short piece again and again), SEQUENCE
// (a run of the keyboard, the alphabet or the digits), COMMON (among the most used, with the usual
// letter swaps undone). In this order.
absl::Status CheckPassword(std::string_view password, std::string_view username);

// Refuses with WEAK_PASSWORD, rule = UNCHANGED, a change that changes nothing.
absl::Status CheckNewPassword(std::string_view password, std::string_view present);

}  // namespace fiscus::identity
