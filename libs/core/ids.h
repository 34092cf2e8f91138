// Ids: UUIDs as lower-case text. Made by the caller for everything that it creates (they are the
// idempotency key); the server makes only those of its own records, from an injected generator, or
// deterministically from a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace fiscus {

// True for 8-4-4-4-12 lower-case hexadecimal digits.
bool IsUuid(std::string_view text);

// UUIDv7 (RFC 9562 §5.7): time-ordered; `random_high` and `random_low` fill the random bits.
std::string MakeUuidV7(absl::Time time, uint64_t random_high, uint64_t random_low);

// A name-based UUID (RFC 9562 §5.8, version 8) of SHA-256(space NUL name): equal names give equal
// ids.
std::string NamedUuid(std::string_view space, std::string_view name);

}  // namespace fiscus
