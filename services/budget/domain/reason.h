// Why the ledger refuses, with the figures that decided.
//
// The numbers and names are those of fiscus.budget.v1.BudgetReason, which documents them in order
// of precedence; the enums test of codec/ compares them. Values only, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/core/status.h"

namespace fiscus::budget {

enum class Reason {
  kLineNotFound = 1,
  kCurrencyMismatch = 2,
  kAmountNotPositive = 3,
  kAmountOverflow = 4,
  kLineModeMismatch = 5,
  kPeriodClosed = 6,
  kLineNotActive = 7,
  kProjectMismatch = 8,
  kExceedsAvailable = 9,
  kExceedsEncumbrance = 10,
  kToleranceBlock = 11,
  kReservationNotFound = 12,
  kReservationResolved = 13,
  kExceedsReservation = 14,
  kExceedsPaid = 15,
  kBelowCommitments = 16,
  kFundNatureMismatch = 17,
  kLineExists = 18,
  kProfileNotFound = 19,
  kReservationExists = 20,
  kExceedsFrozen = 21,
  kVersionMismatch = 22,
  kLinesDoNotFit = 23,
  kGroupRefused = 24,
  kContractOver = 25,
};
inline constexpr int kReasonCount = 25;

// Domain of the reasons in google.rpc.ErrorInfo.
inline constexpr std::string_view kReasonDomain = "fiscus.budget.v1";

// "EXCEEDS_AVAILABLE".
std::string_view ReasonName(Reason reason);
// The canonical code that goes with a reason.
absl::StatusCode ReasonCode(Reason reason);

// A command that the ledger did not carry out. Nothing has changed.
struct Refusal {
  Reason reason = Reason::kLineNotFound;
  std::string message;  // for people: what was asked, what there is
  Figures figures;      // what decided, as ErrorInfo.metadata
  // Usage that the command would have reached, basis points; 0 where it has no meaning.
  int64_t usage_bp = 0;
};

// GROUP_REFUSED of the other members of a group, in which the member at `index` (from 0) was
// refused for `reason`.
Refusal GroupRefused(size_t index, std::string_view reason);

absl::Status ToStatus(const Refusal& refusal);

}  // namespace fiscus::budget
