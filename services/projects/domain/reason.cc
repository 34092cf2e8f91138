#include "services/projects/domain/reason.h"

#include <array>
#include <utility>

namespace fiscus::projects {
namespace {

using absl::StatusCode;

constexpr std::array kReasons = {
    ReasonInfo{Reason::kProjectNotFound, StatusCode::kNotFound, "PROJECT_NOT_FOUND"},
    ReasonInfo{Reason::kContractNotFound, StatusCode::kNotFound, "CONTRACT_NOT_FOUND"},
    ReasonInfo{Reason::kProjectCodeTaken, StatusCode::kAlreadyExists, "PROJECT_CODE_TAKEN"},
    ReasonInfo{Reason::kProjectExists, StatusCode::kAlreadyExists, "PROJECT_EXISTS"},
    ReasonInfo{Reason::kVersionMismatch, StatusCode::kAborted, "VERSION_MISMATCH"},
    ReasonInfo{Reason::kWrongState, StatusCode::kFailedPrecondition, "WRONG_STATE"},
    ReasonInfo{Reason::kDeclarationIncomplete, StatusCode::kFailedPrecondition,
               "DECLARATION_INCOMPLETE"},
    ReasonInfo{Reason::kTargetsMissing, StatusCode::kFailedPrecondition, "TARGETS_MISSING"},
    ReasonInfo{Reason::kDocumentMissing, StatusCode::kFailedPrecondition, "DOCUMENT_MISSING"},
    ReasonInfo{Reason::kSamePerson, StatusCode::kFailedPrecondition, "SAME_PERSON"},
    ReasonInfo{Reason::kNoBudgetLine, StatusCode::kFailedPrecondition, "NO_BUDGET_LINE"},
    ReasonInfo{Reason::kNoActiveLine, StatusCode::kFailedPrecondition, "NO_ACTIVE_LINE"},
    ReasonInfo{Reason::kNoEffectiveContract, StatusCode::kFailedPrecondition,
               "NO_EFFECTIVE_CONTRACT"},
    ReasonInfo{Reason::kNoWorkItems, StatusCode::kFailedPrecondition, "NO_WORK_ITEMS"},
    ReasonInfo{Reason::kWorkNotComplete, StatusCode::kFailedPrecondition, "WORK_NOT_COMPLETE"},
    ReasonInfo{Reason::kOpenCommitments, StatusCode::kFailedPrecondition, "OPEN_COMMITMENTS"},
    ReasonInfo{Reason::kSettlementDiffers, StatusCode::kFailedPrecondition, "SETTLEMENT_DIFFERS"},
    ReasonInfo{Reason::kExceedsParent, StatusCode::kFailedPrecondition, "EXCEEDS_PARENT"},
    ReasonInfo{Reason::kOutsideParent, StatusCode::kFailedPrecondition, "OUTSIDE_PARENT"},
    ReasonInfo{Reason::kContractNoTaken, StatusCode::kAlreadyExists, "CONTRACT_NO_TAKEN"},
    ReasonInfo{Reason::kTermsNotAllowed, StatusCode::kFailedPrecondition, "TERMS_NOT_ALLOWED"},
    ReasonInfo{Reason::kBelowCertified, StatusCode::kFailedPrecondition, "BELOW_CERTIFIED"},
    ReasonInfo{Reason::kQuantityOutOfRange, StatusCode::kFailedPrecondition,
               "QUANTITY_OUT_OF_RANGE"},
    ReasonInfo{Reason::kProgressDecreases, StatusCode::kFailedPrecondition, "PROGRESS_DECREASES"},
    ReasonInfo{Reason::kWorkItemNotFound, StatusCode::kNotFound, "WORK_ITEM_NOT_FOUND"},
    ReasonInfo{Reason::kMeasurementNotFound, StatusCode::kNotFound, "MEASUREMENT_NOT_FOUND"},
    ReasonInfo{Reason::kMilestoneNotFound, StatusCode::kNotFound, "MILESTONE_NOT_FOUND"},
    ReasonInfo{Reason::kModificationNotFound, StatusCode::kNotFound, "MODIFICATION_NOT_FOUND"},
    ReasonInfo{Reason::kBaselineFrozen, StatusCode::kFailedPrecondition, "BASELINE_FROZEN"},
    ReasonInfo{Reason::kCurrencyMismatch, StatusCode::kInvalidArgument, "CURRENCY_MISMATCH"},
    ReasonInfo{Reason::kExceedsApprovedInvestment, StatusCode::kFailedPrecondition,
               "EXCEEDS_APPROVED_INVESTMENT"},
    ReasonInfo{Reason::kObservedProject, StatusCode::kFailedPrecondition, "OBSERVED_PROJECT"},
    ReasonInfo{Reason::kContractBusy, StatusCode::kAborted, "CONTRACT_BUSY"},
    ReasonInfo{Reason::kSettlementExceedsValue, StatusCode::kFailedPrecondition,
               "SETTLEMENT_EXCEEDS_VALUE"},
    ReasonInfo{Reason::kRecordExists, StatusCode::kAlreadyExists, "RECORD_EXISTS"},
    ReasonInfo{Reason::kReportOutdated, StatusCode::kFailedPrecondition, "REPORT_OUTDATED"},
    ReasonInfo{Reason::kParentCycle, StatusCode::kFailedPrecondition, "PARENT_CYCLE"},
};

}  // namespace

std::span<const ReasonInfo> AllReasons() { return kReasons; }

absl::Status Refused(Reason reason, std::string_view message, Figures figures) {
  const ReasonInfo& info = kReasons[static_cast<size_t>(reason) - 1];
  return Refuse(info.code, info.name, message, std::move(figures));
}

}  // namespace fiscus::projects
