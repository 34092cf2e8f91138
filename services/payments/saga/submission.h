// The submission saga (one request or a batch): context of projects → transaction 1: checks,
// SUBMITTING, timer → ledger: reserve → transaction 2: SUBMITTED, or REFUSED with the ledger's
// explanation.
//
// Repeats and crashes: transaction 1 has the request record, so it runs once; the ledger's command
// follows from the stored payment, so it is the same whoever sends it; transaction 2 acts only on
// SUBMITTING. The timer resumes what was left in between.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/payments/deps.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

// One request of a submission; an error where it was malformed.
struct Asked {
  std::string request_id;
  absl::StatusOr<Request> request;
};

// What became of it: the payment as submitted, or why not.
struct Outcome {
  absl::Status status;
  std::optional<Payment> payment;
};

// An outcome each, in order. Errors concern the call as a whole: nothing is known to be recorded,
// repeat the same request. Item errors: PaymentsReason in order, then the ledger's; UNAVAILABLE:
// recorded and being resumed, a repeat gets the answer.
absl::StatusOr<std::vector<Outcome>> Submit(const Deps& deps, const Call& call,
                                            const std::vector<Asked>& asked);

// Would it pass? By the same checks and the ledger's own, nothing is written. The payment as it
// would be.
absl::StatusOr<Payment> Rehearse(const Deps& deps, const Call& call, const Asked& asked);

// Goes on with a payment found SUBMITTING.
absl::Status ResumeSubmission(const Deps& deps, const Call& call, const Payment& payment);

}  // namespace fiscus::payments
