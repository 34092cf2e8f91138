// Errands at the bank: instruct once, then only ask; an instruction that the bank never saw is sent
// again under the same id (Y1).
#pragma once

#include "absl/status/status.h"
#include "services/payments/saga/ledger_errands.h"

namespace fiscus::payments {

// ORDERED: confirms the reservation, records SENT, instructs. No answer → UNKNOWN.
absl::Status SendOrder(const ErrandRun& run);
// SENT, UNKNOWN, ACCEPTED without news: asks the bank.
absl::Status QueryBank(const ErrandRun& run);

}  // namespace fiscus::payments
