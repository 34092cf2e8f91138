// The protos and the domain use the same numbers and names, and a stored answer comes back as it
// was given.
#include <catch2/catch.hpp>

#include "services/budget/codec/answer.h"
#include "services/budget/codec/convert.h"

namespace fiscus::budget {

TEST_CASE("Every reason of the domain is the proto's reason of the same number",
          "[budget][codec]") {
  CHECK(v1::BudgetReason_MAX == kReasonCount);
  for (int number = 1; number <= kReasonCount; ++number) {
    CHECK(v1::BudgetReason_Name(static_cast<v1::BudgetReason>(number)) ==
          ReasonName(static_cast<Reason>(number)));
  }
}

TEST_CASE("Operations and states have the protos' numbers", "[budget][codec]") {
  for (int number = 1; number <= v1::Operation_MAX; ++number) {
    CHECK(v1::Operation_Name(static_cast<v1::Operation>(number)) ==
          "OPERATION_" + std::string(OperationName(static_cast<Operation>(number))));
  }
  CHECK(static_cast<int>(LineState::kClosed) == v1::LINE_STATE_CLOSED);
  CHECK(static_cast<int>(LineState::kPendingAllotment) == v1::LINE_STATE_PENDING_ALLOTMENT);
  CHECK(static_cast<int>(LineState::kActive) == v1::LINE_STATE_ACTIVE);
  CHECK(static_cast<int>(LineState::kFrozen) == v1::LINE_STATE_FROZEN);
  CHECK(static_cast<int>(LineMode::kControlled) == v1::LINE_MODE_CONTROLLED);
  CHECK(static_cast<int>(LineMode::kObserved) == v1::LINE_MODE_OBSERVED);
  CHECK(static_cast<int>(ReservationState::kPending) == v1::RESERVATION_STATE_PENDING);
  CHECK(static_cast<int>(ReservationState::kPosted) == v1::RESERVATION_STATE_POSTED);
  CHECK(static_cast<int>(ReservationState::kVoided) == v1::RESERVATION_STATE_VOIDED);
  CHECK(static_cast<int>(ReservationState::kExpired) == v1::RESERVATION_STATE_EXPIRED);
  CHECK(static_cast<int>(ToleranceGroup::kCommit) == v1::TOLERANCE_GROUP_COMMIT);
  CHECK(static_cast<int>(ToleranceGroup::kPay) == v1::TOLERANCE_GROUP_PAY);
  CHECK(static_cast<int>(ToleranceAction::kInfo) == v1::TOLERANCE_ACTION_INFO);
  CHECK(static_cast<int>(ToleranceAction::kWarn) == v1::TOLERANCE_ACTION_WARN);
  CHECK(static_cast<int>(ToleranceAction::kBlock) == v1::TOLERANCE_ACTION_BLOCK);
}

TEST_CASE("Answers are stored and read back", "[budget][codec]") {
  v1::LedgerResponse response;
  response.mutable_line()->mutable_balances()->set_available(9'007'199'254'740'993);
  const auto accepted = DecodeAnswer(EncodeAnswer(response));
  REQUIRE(accepted.ok());
  CHECK(accepted->SerializeAsString() == response.SerializeAsString());

  const Refusal refusal{.reason = Reason::kExceedsAvailable,
                        .message = "too much",
                        .figures = {{"available", "7"}, {"asked", "8"}}};
  const absl::Status refused = DecodeAnswer(EncodeAnswer(refusal)).status();
  CHECK(refused == ToStatus(refusal));
  CHECK(RefusalOf(refused)->figures.at("available") == "7");

  CHECK(DecodeAnswer("").status().code() == absl::StatusCode::kInternal);
  CHECK(DecodeAnswer(EncodeBatchMark()).status().code() == absl::StatusCode::kInternal);
  CHECK(DecodeAnswer("Rxyz").status().code() == absl::StatusCode::kInternal);
}

}  // namespace fiscus::budget
