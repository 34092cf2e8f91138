#include "services/budget/domain/reason.h"

namespace fiscus::budget {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kLineNotFound:
      return "LINE_NOT_FOUND";
    case Reason::kCurrencyMismatch:
      return "CURRENCY_MISMATCH";
    case Reason::kAmountNotPositive:
      return "AMOUNT_NOT_POSITIVE";
    case Reason::kAmountOverflow:
      return "AMOUNT_OVERFLOW";
    case Reason::kLineModeMismatch:
      return "LINE_MODE_MISMATCH";
    case Reason::kPeriodClosed:
      return "PERIOD_CLOSED";
    case Reason::kLineNotActive:
      return "LINE_NOT_ACTIVE";
    case Reason::kProjectMismatch:
      return "PROJECT_MISMATCH";
    case Reason::kExceedsAvailable:
      return "EXCEEDS_AVAILABLE";
    case Reason::kExceedsEncumbrance:
      return "EXCEEDS_ENCUMBRANCE";
    case Reason::kToleranceBlock:
      return "TOLERANCE_BLOCK";
    case Reason::kReservationNotFound:
      return "RESERVATION_NOT_FOUND";
    case Reason::kReservationResolved:
      return "RESERVATION_RESOLVED";
    case Reason::kExceedsReservation:
      return "EXCEEDS_RESERVATION";
    case Reason::kExceedsPaid:
      return "EXCEEDS_PAID";
    case Reason::kBelowCommitments:
      return "BELOW_COMMITMENTS";
    case Reason::kFundNatureMismatch:
      return "FUND_NATURE_MISMATCH";
    case Reason::kLineExists:
      return "LINE_EXISTS";
    case Reason::kProfileNotFound:
      return "PROFILE_NOT_FOUND";
    case Reason::kReservationExists:
      return "RESERVATION_EXISTS";
    case Reason::kExceedsFrozen:
      return "EXCEEDS_FROZEN";
    case Reason::kVersionMismatch:
      return "VERSION_MISMATCH";
    case Reason::kLinesDoNotFit:
      return "LINES_DO_NOT_FIT";
    case Reason::kGroupRefused:
      return "GROUP_REFUSED";
    case Reason::kContractOver:
      return "CONTRACT_OVER";
  }
  return "BUDGET_REASON_UNSPECIFIED";
}

absl::StatusCode ReasonCode(Reason reason) {
  switch (reason) {
    case Reason::kLineNotFound:
    case Reason::kReservationNotFound:
    case Reason::kProfileNotFound:
      return absl::StatusCode::kNotFound;
    case Reason::kCurrencyMismatch:
    case Reason::kAmountNotPositive:
    case Reason::kAmountOverflow:
      return absl::StatusCode::kInvalidArgument;
    case Reason::kLineExists:
    case Reason::kReservationExists:
      return absl::StatusCode::kAlreadyExists;
    case Reason::kVersionMismatch:
      return absl::StatusCode::kAborted;
    default:
      return absl::StatusCode::kFailedPrecondition;
  }
}

Refusal GroupRefused(size_t index, std::string_view reason) {
  return {.reason = Reason::kGroupRefused,
          .message = "operation " + std::to_string(index + 1) + " of the group was refused (" +
                     std::string(reason) + "), so none of the group was carried out",
          .figures = {{"index", std::to_string(index)}, {"reason", std::string(reason)}}};
}

absl::Status ToStatus(const Refusal& refusal) {
  return Refuse(ReasonCode(refusal.reason), ReasonName(refusal.reason), refusal.message,
                refusal.figures, kReasonDomain);
}

}  // namespace fiscus::budget
