// The pure core of the budget ledger: (what is there, command) → what changes, or why not.
//
// The engine (../ledger) loads a Situation under row locks, calls Decide and writes the Decision;
// read RPCs call it for a dry run; property tests drive it against a naive reference. No I/O, no
// clock, no randomness. Thread-safe (values only).
//
// Invariants kept by every decision: L1 Σ debits = Σ credits (an entry has one amount); L2
// available ≥ 0 on controlled lines; L3 a reservation leaves PENDING once; L4 transfers and
// allotments move money, they make none; L5 entries are only added; L6 balance = fold(journal),
// because balances change only through ApplyEntry; L8 controlled money is paid only by Reserve →
// Post; L11 a line that is not there is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/core/money.h"
#include "services/budget/domain/line.h"
#include "services/budget/domain/reason.h"
#include "services/budget/domain/tolerance.h"

namespace fiscus::budget {

enum class CommandKind {
  kApprove,      // makes a line
  kSupplement,   // 追加
  kReduce,       // 追减
  kTransfer,     // 调剂: line → counter line
  kAllot,        // 下达: line → a new child line
  kFreeze,       // 冻结
  kUnfreeze,     // 解冻
  kEncumber,     // 合同占用
  kLiquidate,    // release of an encumbrance
  kReserve,      // 在途支付, phase one
  kConfirm,      // the payment was ordered: the reservation no longer expires
  kPost,         // phase two: paid
  kVoid,         // phase two: given up
  kExpire,       // phase two: timed out
  kRefund,       // money came back
  kObservedPay,  // a payment that was made elsewhere
};

// A command, already well-formed. Fields that a kind does not name are ignored.
struct Command {
  CommandKind kind = CommandKind::kReserve;
  // Lines that the command is meant for; kObserved: Supplement, Reduce, Encumber, Liquidate,
  // Refund, ObservedPay as facts.
  LineMode mode = LineMode::kControlled;
  std::string line_id;
  std::string counter_line_id;  // Transfer: receiving line
  std::string reservation_id;   // Reserve … Refund
  std::string contract_id;      // Encumber, Liquidate, Reserve; empty: no contract
  std::string project_id;       // Encumber, Reserve: must be the line's
  std::string unit_path;  // observed: must be the line's, for it was authorised; empty: not asked
  bool contract_over = false;  // Liquidate: all that is open and for good; amount is ignored
  Money amount;                // > 0; Confirm, Void, Expire: ignored
  absl::CivilDay effective_date;
  std::string document_no;
  int64_t expected_version = 0;                    // Supplement, Reduce: 0 = any
  absl::Time expires_at = absl::InfiniteFuture();  // Reserve
  std::shared_ptr<const LineHead> new_line;        // Approve, Allot
  LineState new_state = LineState::kActive;        // Approve, Allot: kActive or kPendingAllotment
};

// What the command may look at. The caller holds the locks; a decision on a stale situation is
// wrong.
struct Situation {
  const Line* line = nullptr;          // null: not found. Approve, Allot: see new_line.
  const Line* counter_line = nullptr;  // Transfer
  const Line* new_line = nullptr;      // Approve, Allot: a line that already has the new line's id
  bool code_taken = false;  // Approve, Allot: another line of that year has the new line's code
  Encumbrance encumbrance;  // of (line, contract of the command or the reservation)
  const Reservation* reservation = nullptr;
  const ToleranceProfile* tolerance =
      nullptr;  // the line's (Approve: the new line's); null: there is none of that name
};

// An entry and its line right after it.
struct Posting {
  Entry entry;
  bool on_counter_line = false;
  LineStanding after;
};

// What a command changes. With no postings, no reservation and no encumbrance it changes nothing:
// the command was carried out before.
struct Decision {
  Line line;
  LineStanding before;  // the line's standing until now; of no meaning if the line is new
  bool line_is_new = false;
  std::optional<Line> counter_line;
  bool counter_line_is_new = false;
  // Encumbrance of (line, contract) afterwards, if it changed.
  std::optional<Encumbrance> encumbrance;
  std::string contract_id;  // the contract that encumbrance is about
  std::optional<Reservation> reservation;
  bool reservation_changed = false;
  std::vector<Posting> postings;  // in order
  std::vector<ToleranceNotice> notices;
};

using Outcome = std::variant<Decision, Refusal>;

// Decides about one command. Refuses with the first reason that applies, in the order of Reason
// (that of BudgetReason).
//
// Approve: CURRENCY_MISMATCH, AMOUNT_NOT_POSITIVE, PERIOD_CLOSED, LINE_EXISTS, PROFILE_NOT_FOUND.
// The same line and amount
//   again changes nothing.
// Supplement: the common ones (LINE_NOT_FOUND, CURRENCY_MISMATCH, AMOUNT_NOT_POSITIVE,
// AMOUNT_OVERFLOW, LINE_MODE_MISMATCH,
//   PERIOD_CLOSED, LINE_NOT_ACTIVE), VERSION_MISMATCH. Pending and frozen lines may be raised and
//   lowered.
// Reduce: the common ones, BELOW_COMMITMENTS, VERSION_MISMATCH. Observed lines: only below what is
// authorised. Transfer: the common ones for both lines, EXCEEDS_AVAILABLE, FUND_NATURE_MISMATCH,
// LINES_DO_NOT_FIT. Allot: the common ones, PROJECT_MISMATCH, EXCEEDS_AVAILABLE, LINE_EXISTS,
// LINES_DO_NOT_FIT. The same child and amount again
//   changes nothing.
// Freeze: the common ones, EXCEEDS_AVAILABLE. Unfreeze: the common ones, EXCEEDS_FROZEN.
// Encumber: the common ones, PROJECT_MISMATCH, EXCEEDS_AVAILABLE, TOLERANCE_BLOCK (group COMMIT),
//   CONTRACT_OVER.
// Liquidate: the common ones, EXCEEDS_ENCUMBRANCE. With contract_over it releases all that is open,
//   if anything, dated at the latest on the last day of the line's year since a contract outlives
//   it; the common ones are asked only where money moves. Afterwards Void, Expire, Refund and the
//   rest of a Post under that contract go to the executable budget. Once more changes nothing.
// Reserve: the common ones, PROJECT_MISMATCH, EXCEEDS_AVAILABLE (no contract) or
// EXCEEDS_ENCUMBRANCE (contract),
//   TOLERANCE_BLOCK (group PAY), RESERVATION_RESOLVED, RESERVATION_EXISTS. The same reservation
//   again, while it is pending, changes nothing. Under a contract all of it comes out of the
//   contract's open encumbrance, so usage stays the same.
// Confirm: RESERVATION_NOT_FOUND, RESERVATION_RESOLVED.
// Post: the common ones, RESERVATION_NOT_FOUND, RESERVATION_RESOLVED, EXCEEDS_RESERVATION. The rest
// of a partial posting goes
//   back by a VOID entry to where it came from. The same posting again changes nothing.
// Void, Expire: RESERVATION_NOT_FOUND, PERIOD_CLOSED, RESERVATION_RESOLVED. A confirmed reservation
// does not expire
//   (RESERVATION_RESOLVED). An expiry is dated like its reservation, so that it needs no clock of
//   business days.
// Refund: the common ones, RESERVATION_NOT_FOUND, EXCEEDS_PAID. Goes back to where the payment came
// from. ObservedPay and the other kinds in mode kObserved are facts: what exceeds the line is
// recorded and marked (`overspends`).
//   ObservedPay takes the line's open encumbrance first (one entry), then the executable budget
//   (another). Refused are only facts that contradict the journal: EXCEEDS_ENCUMBRANCE,
//   EXCEEDS_PAID, BELOW_COMMITMENTS.
// Source: ../README.md; 预算法 13 (no spending beyond the budget) for EXCEEDS_AVAILABLE.
Outcome Decide(const Situation& situation, const Command& command);

}  // namespace fiscus::budget
