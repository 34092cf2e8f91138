#include "tests/sim/world/bugs.h"

namespace fiscus::sim {

const std::vector<BugInfo>& AllBugs() {
  static const std::vector<BugInfo> kBugs = {
      {Bug::kReserveUnlocked, "reserve-unlocked", "lines are read without their locks"},
      {Bug::kRequestForgotten, "request-forgotten", "no request record: a repeat acts again"},
      {Bug::kRequestApart, "request-apart", "the request record is written after the commit"},
      {Bug::kAnswerBeforeCommit, "answer-before-commit", "the answer leaves before the commit"},
      {Bug::kOtherBodyAnswered, "other-body-answered",
       "an id with another body gets the old answer"},
      {Bug::kOutboxAfterCommit, "outbox-after-commit", "the outbox is written after the commit"},
      {Bug::kOutboxBeforeCommit, "outbox-before-commit", "events of aborted transactions leave"},
      {Bug::kJournalRewritten, "journal-rewritten", "an entry is changed in place"},
      {Bug::kStandingLags, "standing-lags",
       "an encumbrance is journalled, the balance is not kept"},
      {Bug::kAuditMissing, "audit-missing", "a void leaves no audit record"},
      {Bug::kExpiryTimerLost, "expiry-timer-lost", "expiry timers live in memory only"},
      {Bug::kAvailableOffByOne, "available-off-by-one", "one fen more than available passes"},
      {Bug::kToleranceOffByOne, "tolerance-off-by-one", "the block acts one basis point late"},
      {Bug::kPostedTwice, "posted-twice", "a posted reservation is posted again"},
      {Bug::kReleasedTwice, "released-twice", "a voided reservation is voided again"},
      {Bug::kExpiresConfirmed, "expires-confirmed", "an ordered payment's reservation expires"},
      {Bug::kRestForgotten, "rest-forgotten", "the rest of a partial posting is not given back"},
      {Bug::kRefundForgetsContract, "refund-forgets-contract", "a refund is not encumbered again"},
      {Bug::kTransferOneLeg, "transfer-one-leg", "a transfer takes and does not give"},
      {Bug::kStaleVersionAccepted, "stale-version-accepted",
       "the expected version is not compared"},
      {Bug::kCurrencyIgnored, "currency-ignored", "an amount counts in the line's currency"},
      {Bug::kRoundedToYuan, "rounded-to-yuan", "a posting loses its fen"},
      {Bug::kMissingLineWaved, "missing-line-waved", "an unknown line is waved through"},
      {Bug::kEncumbranceIgnored, "encumbrance-ignored", "a contract pays more than is encumbered"},
      {Bug::kRelayCursor, "relay-cursor", "the relay reads id > last and passes late commits"},
      {Bug::kRelayMarksBeforeAck, "relay-marks-before-ack", "rows are marked when produced"},
      {Bug::kRelayOutOfOrder, "relay-out-of-order", "rows behind a failed one are sent on"},
      {Bug::kTickLost, "tick-lost", "the clock's tick goes to one partition only"},
      {Bug::kResendAsNew, "resend-as-new", "an order without answer is sent under a new id"},
      {Bug::kSilenceIsRefusal, "silence-is-refusal", "no answer of the bank counts as a refusal"},
      {Bug::kBankEventTwice, "bank-event-twice", "bank events are not recorded as seen"},
      {Bug::kBankAckBeforeApply, "bank-ack-before-apply",
       "bank events are taken before they are kept"},
      {Bug::kRefundIdNew, "refund-id-new", "each try of a refund has a new request id"},
      {Bug::kRefundForgotten, "refund-forgotten", "money that came back is not told to the ledger"},
      {Bug::kFourEyesSkipped, "four-eyes-skipped", "the maker may sign"},
      {Bug::kTimersInMemory, "timers-in-memory", "a crash forgets what payments still have to do"},
      {Bug::kHoldForgotten, "hold-forgotten", "a dead payment's reservation is not voided"},
      {Bug::kSubmittedUnasked, "submitted-unasked", "no answer of the ledger counts as yes"},
      {Bug::kPostedUnasked, "posted-unasked", "CLEARED is said although the ledger was not told"},
      {Bug::kExpiryOvertaken, "expiry-overtaken", "an order goes out whose reservation is gone"},
      {Bug::kMonitorDedupeLost, "monitor-dedupe-lost", "repeated events are folded again"},
      {Bug::kGapSkipped, "gap-skipped", "a missing event is passed over"},
      {Bug::kOffsetBeforeState, "offset-before-state", "the offset is stored before the state"},
      {Bug::kOutputsBeforeAck, "outputs-before-ack",
       "warnings are forgotten before they are acked"},
      {Bug::kWarningIdByAttempt, "warning-id-by-attempt", "a replay gives warnings new ids"},
      {Bug::kThresholdOffByOne, "threshold-off-by-one", "a limit acts one basis point late"},
      {Bug::kHoldIgnored, "hold-ignored", "a warning clears at the first evaluation"},
      {Bug::kRefusalsIgnored, "refusals-ignored", "refused commands raise nothing"},
      {Bug::kRefusalOnce, "refusal-once", "further refusals of a RED line give no warning"},
      {Bug::kDatesBelieved, "dates-believed",
       "a sender's date is the business date, however far ahead"},
      {Bug::kDuplicateAlert, "duplicate-alert", "a warning does not join the open alert"},
      {Bug::kEvidenceTwice, "evidence-twice", "a repeated warning counts again"},
      {Bug::kInboxApart, "inbox-apart", "the inbox is stored before the effect"},
      {Bug::kOwnUnitDismisses, "own-unit-dismisses", "the alerted unit dismisses its alert"},
      {Bug::kReopensOld, "reopens-old", "an alert that has a successor is reopened"},
      {Bug::kClearIgnored, "clear-ignored", "clear warnings are dropped"},
  };
  return kBugs;
}

std::optional<Bug> FindBug(std::string_view name) {
  for (const BugInfo& info : AllBugs()) {
    if (info.name == name) return info.bug;
  }
  return std::nullopt;
}

}  // namespace fiscus::sim
