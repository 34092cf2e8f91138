// How the ledger's answers stand in its request records: acceptances and refusals both, so that the
// same request gets the same answer even when the line has changed since. Thread-safe (pure).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "services/budget/domain/reason.h"

namespace fiscus::budget {

std::string EncodeAnswer(const v1::LedgerResponse& response);
std::string EncodeAnswer(const Refusal& refusal);
// The record of a batch's own id: the answers are in the records of its items.
std::string EncodeBatchMark();

// The answer again, or the refusal as it was. INTERNAL for bytes that are none of ours.
absl::StatusOr<v1::LedgerResponse> DecodeAnswer(std::string_view bytes);

}  // namespace fiscus::budget
