// The planted bugs: each is a mistake that somebody could make in a shell or in a decision.
//
// The shells of this folder ask `bugs.Has(Bug::k…)` at the place of the mistake; product code knows
// nothing of them. To add one: a line here, a line in bugs.cc, the mistake in a shell.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace fiscus::sim {

enum class Bug {
  kNone,
  // Ledger: the shell.
  kReserveUnlocked,
  kRequestForgotten,
  kRequestApart,
  kAnswerBeforeCommit,
  kOtherBodyAnswered,
  kOutboxAfterCommit,
  kOutboxBeforeCommit,
  kJournalRewritten,
  kStandingLags,
  kAuditMissing,
  kExpiryTimerLost,
  // Ledger: around the decision.
  kAvailableOffByOne,
  kToleranceOffByOne,
  kPostedTwice,
  kReleasedTwice,
  kExpiresConfirmed,
  kRestForgotten,
  kRefundForgetsContract,
  kTransferOneLeg,
  kStaleVersionAccepted,
  kCurrencyIgnored,
  kRoundedToYuan,
  kMissingLineWaved,
  kEncumbranceIgnored,
  // Relay.
  kRelayCursor,
  kRelayMarksBeforeAck,
  kRelayOutOfOrder,
  kTickLost,
  // Payments.
  kResendAsNew,
  kSilenceIsRefusal,
  kBankEventTwice,
  kBankAckBeforeApply,
  kRefundIdNew,
  kRefundForgotten,
  kFourEyesSkipped,
  kTimersInMemory,
  kHoldForgotten,
  kSubmittedUnasked,
  kPostedUnasked,
  kExpiryOvertaken,
  // Monitor.
  kMonitorDedupeLost,
  kGapSkipped,
  kOffsetBeforeState,
  kOutputsBeforeAck,
  kWarningIdByAttempt,
  kThresholdOffByOne,
  kHoldIgnored,
  kRefusalsIgnored,
  kRefusalOnce,
  kDatesBelieved,
  // Alerting.
  kDuplicateAlert,
  kEvidenceTwice,
  kInboxApart,
  kOwnUnitDismisses,
  kReopensOld,
  kClearIgnored,
};

struct BugInfo {
  Bug bug;
  std::string_view name;   // as given to --bug
  std::string_view about;  // the mistake in one line
};
const std::vector<BugInfo>& AllBugs();
std::optional<Bug> FindBug(std::string_view name);

// The bug that is planted in a run; at most one.
struct Bugs {
  Bug planted = Bug::kNone;
  bool Has(Bug bug) const { return planted == bug; }
};

}  // namespace fiscus::sim
