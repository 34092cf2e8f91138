// Applies what the bank told, exactly once per event id, and in one transaction with the feed's
// cursor.
//
// A clearing or refund is only recorded here; the driver tells the ledger and then shows it
// (CLEARED, refunded), so that the ledger and payments agree after any crash.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/payments/deps.h"
#include "services/payments/domain/bank_event.h"

namespace fiscus::payments {

// What became of one event.
struct AppliedEvent {
  bool replayed = false;  // it was recorded before
  Verdict verdict = Verdict::kRedundant;
  State state = State::kUnspecified;  // of the payment, after all events
};

// How far the feed is after these events.
struct CursorMove {
  std::string adapter;
  int64_t from = 0;
  int64_t to = 0;
};

// Events of the call's tenant, in order; one result each. At most 1,000.
absl::StatusOr<std::vector<AppliedEvent>> ApplyBankEvents(const Deps& deps, const Call& call,
                                                          const std::vector<BankEvent>& events,
                                                          const std::optional<CursorMove>& cursor);

}  // namespace fiscus::payments
