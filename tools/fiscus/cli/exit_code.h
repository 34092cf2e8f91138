// How the program ends: one table, documented in tools/fiscus/README.md, one test per code.
#pragma once

#include "absl/status/status.h"

namespace fiscus::cli {

enum class ExitCode : int {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,           // wrong flags, or a request that is wrong by itself
  kCancelled = 3,       // by the user
  kAuthentication = 4,  // not logged in, or the login ended
  kPermission = 5,
  kNotFound = 6,
  kPrecondition = 7,  // refused by state, guard or budget
  kConflict = 8,      // exists already, or lost a race
  kUnavailable = 9,   // may be retried with the same request id
  kPartial = 10,      // some items of a batch were not taken
};

ExitCode ExitCodeOf(absl::StatusCode code);

}  // namespace fiscus::cli
