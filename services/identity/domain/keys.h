// Which key signs when, and how long each is published. Pure.
//
//   made            signs_from                 signs_from of the next       + token lifetime + skew
//    |-- published --|-- published, signs ------|-- published, verifies ------|  dropped
//
// A key is published for `lead` before it signs: every verifier that caches the key set for at most
// `cache_ttl` has seen it by then, even if it fetched just before and one fetch failed. The lead is
// also how stale a server's own copy of the key table may be: a key that it has not seen yet was
// made after that copy and so signs only later.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace fiscus::identity {

struct KeyPolicy {
  absl::Duration cache_ttl;  // longest time that a verifier may cache the key set
  absl::Duration token_ttl;  // lifetime of an access token
  absl::Duration skew;       // clock difference that verifiers tolerate
  absl::Duration max_age;    // a key signs for this long, then the next one is due

  absl::Duration Lead() const { return 2 * cache_ttl; }
};

struct KeyTimes {
  std::string kid;
  absl::Time signs_from;

  friend bool operator==(const KeyTimes&, const KeyTimes&) = default;
};

// The key that signs at `now`: the one with the latest signs_from that has come; nullopt if there
// is none. `keys` in any order; of equal times the greater kid wins, so all servers agree.
std::optional<std::string> Signer(const std::vector<KeyTimes>& keys, absl::Time now);

// The keys to publish at `now`: those to come, the signer, and those whose tokens may still live.
std::vector<std::string> Published(const std::vector<KeyTimes>& keys, const KeyPolicy& policy,
                                   absl::Time now);

// The keys that may be deleted at `now`: no token of theirs can be alive.
std::vector<std::string> Expired(const std::vector<KeyTimes>& keys, const KeyPolicy& policy,
                                 absl::Time now);

// When a key made at `now` begins to sign: at once if there is none yet, else after the lead.
absl::Time SignsFrom(const std::vector<KeyTimes>& keys, const KeyPolicy& policy, absl::Time now);

// The key that already waits to sign; a rotation asked for meanwhile is answered with it, so nobody
// can flood the key set.
std::optional<KeyTimes> Waiting(const std::vector<KeyTimes>& keys, absl::Time now);

// True if a key must be made now, so that the signer is replaced at its age limit.
bool RotationDue(const std::vector<KeyTimes>& keys, const KeyPolicy& policy, absl::Time now);

}  // namespace fiscus::identity
