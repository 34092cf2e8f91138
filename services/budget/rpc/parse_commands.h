// Requests → commands of the ledger. What is malformed is FIELD_INVALID; what only the ledger can
// judge is left to it. Thread-safe (pure).
#pragma once

#include "absl/status/statusor.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "services/budget/domain/ledger.h"

namespace fiscus::budget {

inline constexpr int kBatchMax = 1'000;

absl::StatusOr<Command> ParseCommand(const v1::ApproveLineRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::AdjustLineRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::TransferBudgetRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::AllotLineRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::FreezeAmountRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::EncumberRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::LiquidateRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::ReserveRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::ConfirmReservationRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::PostRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::VoidRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::RefundRequest& request);
absl::StatusOr<Command> ParseCommand(const v1::ObservedOperation& operation);
// A reservation that is only asked about.
absl::StatusOr<Command> ParseCommand(const v1::CheckAvailabilityRequest& request);

}  // namespace fiscus::budget
