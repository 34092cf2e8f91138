// Failed logins in PostgreSQL: the truth of the throttle (Redis only repeats its locks).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/identity/domain/throttle.h"

namespace fiscus::identity {

// The counter of a user name, whether or not there is such a user, and that of the tenant as a
// whole.
std::string AccountSubject(std::string_view username);
inline constexpr std::string_view kTenantSubject = "tenant";

// Subject → counter; those without failures are absent.
absl::StatusOr<std::map<std::string, LoginFailures>> LoadLoginFailures(
    pg::Tx& tx, const std::vector<std::string>& subjects);
// Adds a failure to each subject by its policy; the counters as they are now. Row locks in the
// order of the subjects.
absl::StatusOr<std::map<std::string, LoginFailures>> CountLoginFailure(
    pg::Tx& tx, const std::map<std::string, ThrottlePolicy>& policies, absl::Time now);
absl::Status ForgetLoginFailures(pg::Tx& tx, std::string_view subject);

}  // namespace fiscus::identity
