// Calls of the installation's operator, who shows a secret in the request instead of a token.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/identity/deps.h"

namespace fiscus::identity {

// `call` as made by the operator for `tenant` (kInstallation: for none), its digest keyed: the
// record of the request must not help to guess the secrets inside it. INVALID_CREDENTIALS if the
// secret is not his.
absl::StatusOr<Call> AsOperator(const Deps& deps, const Call& call, std::string_view secret,
                                std::string_view tenant);

}  // namespace fiscus::identity
