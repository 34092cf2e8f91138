#include "services/identity/domain/throttle.h"

#include <algorithm>

namespace fiscus::identity {

LoginFailures AfterFailure(const LoginFailures& counter, const ThrottlePolicy& policy,
                           absl::Time now) {
  if (now < counter.locked_until) return counter;
  LoginFailures next = now >= ForgottenAt(counter, policy) ? LoginFailures{} : counter;
  next.last_failure_at = now;
  next.failures += 1;
  if (next.failures < policy.failures_max) return next;
  const int doublings = std::min(next.locks, kLockDoublingsMax);
  next.locked_until = now + std::min(policy.lock * (1 << doublings), policy.lock_max);
  next.locks += 1;
  next.failures = 0;
  return next;
}

std::optional<absl::Duration> WaitFor(const LoginFailures& counter, absl::Time now) {
  if (now >= counter.locked_until) return std::nullopt;
  return counter.locked_until - now;
}

absl::Time ForgottenAt(const LoginFailures& counter, const ThrottlePolicy& policy) {
  return std::max(counter.last_failure_at, counter.locked_until) + policy.window;
}

}  // namespace fiscus::identity
