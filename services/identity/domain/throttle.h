// How failed logins slow a guesser down: after some failures the account (or the tenant) is locked
// for a time that doubles with each further lock. Pure; the counters are kept by the store.
//
// A guesser of one account gets `failures_max` tries, then one round of them per lock. A tenant's
// counter catches one password tried on many accounts. The price is known: whoever floods a tenant
// with wrong logins keeps its people from new logins (not from open sessions, which refresh without
// a password); so the tenant's limit is high and its lock short.
#pragma once

#include <optional>

#include "absl/time/time.h"

namespace fiscus::identity {

struct ThrottlePolicy {
  int failures_max;       // failures until a lock, count
  absl::Duration window;  // a failure is forgotten after this time without another
  absl::Duration lock;    // first lock
  absl::Duration lock_max;
};

inline constexpr int kLockDoublingsMax = 10;

// Failures of one account or tenant. The zero value: none.
struct LoginFailures {
  int failures = 0;  // since the last lock
  int locks = 0;     // in a row
  absl::Time last_failure_at = absl::InfinitePast();
  absl::Time locked_until = absl::InfinitePast();

  friend bool operator==(const LoginFailures&, const LoginFailures&) = default;
};

// The counter after one more failure at `now`. Failures during a lock do not prolong it: they were
// refused unchecked.
LoginFailures AfterFailure(const LoginFailures& counter, const ThrottlePolicy& policy,
                           absl::Time now);

// How long to wait before the next try; nullopt: none.
std::optional<absl::Duration> WaitFor(const LoginFailures& counter, absl::Time now);

// When the counter may be dropped: nothing of it matters any more.
absl::Time ForgottenAt(const LoginFailures& counter, const ThrottlePolicy& policy);

}  // namespace fiscus::identity
