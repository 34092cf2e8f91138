// The bank's messages ↔ domain. Pure.
//
// The bank is a foreign system: nothing that it sends may stop the feed, so texts are cut and
// cleaned instead of refused; only an event without a usable id, payment or tenant is refused.
#pragma once

#include "absl/status/statusor.h"
#include "fiscus/bank/v1/bank_adapter.pb.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "services/payments/domain/bank_event.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

// INVALID_ARGUMENT: no event id, or no payment id, or a kind that we do not know.
absl::StatusOr<BankEvent> ParseBankEvent(const v1::BankEvent& message);

// True for the slug of a tenant: [a-z0-9][a-z0-9_-]{0,62}.
bool IsTenant(std::string_view text);

// The order of a payment; needs ordered_on. A repeat is the same message.
bank::v1::InstructRequest InstructFor(const Payment& payment, const std::string& tenant);

}  // namespace fiscus::payments
