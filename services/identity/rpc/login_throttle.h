// Failed passwords, counted per account and per tenant. The counters are in PostgreSQL; locks are
// repeated on a board in Redis, so a flood of tries on a locked account costs no query. Without
// Redis everything works as well, only dearer.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/runtime/call.h"
#include "services/identity/deps.h"
#include "services/identity/store/login_failures.h"

namespace fiscus::identity {

// Whose password is tried.
struct LoginName {
  std::string tenant;
  std::string username;

  std::vector<std::string> Subjects() const {
    return {AccountSubject(username), std::string(kTenantSubject)};
  }
};

// ACCOUNT_LOCKED with RetryInfo if the board knows a lock.
absl::Status CheckBoard(const Deps& deps, const LoginName& name);
// The same by the counters; puts a lock that the board lacks on it.
absl::Status CheckCounters(const Deps& deps, const LoginName& name,
                           const std::map<std::string, LoginFailures>& counters, absl::Time now);
// Counts a wrong password.
absl::Status CountFailure(const Deps& deps, const Call& call, const LoginName& name);

}  // namespace fiscus::identity
