// Why projects refuses: one table of reason, code and name, in the order of precedence of
// ProjectsReason in proto/fiscus/projects/v1/projects.proto. The numbers are those of the proto; a
// test in rpc/ compares them.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "libs/core/status.h"

namespace fiscus::projects {

enum class Reason {
  kProjectNotFound = 1,
  kContractNotFound = 2,
  kProjectCodeTaken = 3,
  kProjectExists = 4,
  kVersionMismatch = 5,
  kWrongState = 6,
  kDeclarationIncomplete = 7,
  kTargetsMissing = 8,
  kDocumentMissing = 9,
  kSamePerson = 10,
  kNoBudgetLine = 11,
  kNoActiveLine = 12,
  kNoEffectiveContract = 13,
  kNoWorkItems = 14,
  kWorkNotComplete = 15,
  kOpenCommitments = 16,
  kSettlementDiffers = 17,
  kExceedsParent = 18,
  kOutsideParent = 19,
  kContractNoTaken = 20,
  kTermsNotAllowed = 21,
  kBelowCertified = 22,
  kQuantityOutOfRange = 23,
  kProgressDecreases = 24,
  kWorkItemNotFound = 25,
  kMeasurementNotFound = 26,
  kMilestoneNotFound = 27,
  kModificationNotFound = 28,
  kBaselineFrozen = 29,
  kCurrencyMismatch = 30,
  kExceedsApprovedInvestment = 31,
  kObservedProject = 32,
  kContractBusy = 33,
  kSettlementExceedsValue = 34,
  kRecordExists = 35,
  kReportOutdated = 36,
  kParentCycle = 37,
};

struct ReasonInfo {
  Reason reason;
  absl::StatusCode code;
  std::string_view name;  // the enum value's name in the proto
};

// All reasons, in order of precedence.
std::span<const ReasonInfo> AllReasons();

// The refusal with the reason's code and name; `message` is for people, `figures` are what decided.
absl::Status Refused(Reason reason, std::string_view message, Figures figures = {});

}  // namespace fiscus::projects
