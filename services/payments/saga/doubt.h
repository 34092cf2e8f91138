// Counts the payments whose outcome has been open for too long, so that each comes to somebody's
// desk: at the bank without a decisive event, or with a ledger that neither takes nor refuses.
//
// They are counted by their timers, because a background job sees no tenant's payments.
// Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "services/payments/deps.h"

namespace fiscus::payments {

// Sets the gauge fiscus_payments_in_doubt, of all tenants.
absl::Status MeasureDoubt(const Deps& deps);

}  // namespace fiscus::payments
