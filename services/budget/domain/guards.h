// Building blocks of Decide: the guards that most commands share, the refusal with its figures, and
// the draft of a decision.
//
// Private to domain/. Thread-safe (values only).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/budget/domain/ledger.h"

namespace fiscus::budget {

// States in which a command may find its line.
enum class Accepts {
  kActive,           // spending: ACTIVE only
  kPending,          // allotment: PENDING_ALLOTMENT only
  kActiveOrPending,  // freezing an amount
  kOpen,             // anything but CLOSED: the budget itself, and settling what is under way
};

// A refusal with the line's figures; `added` is what the command would have added to what is used
// (0: nothing).
Refusal Refused(const Situation& situation, const Command& command, Reason reason,
                std::string message, int64_t added = 0);

// LINE_NOT_FOUND, CURRENCY_MISMATCH, AMOUNT_NOT_POSITIVE, AMOUNT_OVERFLOW, LINE_MODE_MISMATCH,
// PERIOD_CLOSED, LINE_NOT_ACTIVE of the situation's line, in this order. `inflow` and `added` are
// what the command adds to the line's inflows and to what is used or frozen.
struct Adds {
  int64_t inflow = 0;
  int64_t used = 0;
};
std::optional<Refusal> CommonGuards(const Situation& situation, const Command& command,
                                    Accepts accepts, Adds adds);

// Usage after adding `added` to what is used, basis points.
int64_t UsageAfterBp(const LineStanding& standing, int64_t added);

// True if inflows stay within int64 after adding `amount`.
bool InflowFits(const Balances& balances, int64_t amount);
// True if what is used, frozen and paid (gross) stays within int64 after adding `amount`.
bool UsedFits(const Balances& balances, int64_t amount);

// The account that holds a line's budget: PENDING_ALLOTMENT or EXECUTABLE.
Account HoldingAccount(LineState state);

// A decision under construction: posts entries and moves the balances with them.
class Draft {
 public:
  Draft(const Line& line, const Command& command);

  // Sets the other line of a pair.
  void SetCounter(const Line& counter, bool is_new);

  // Posts an entry on the line, or on the counter line. An entry that leaves an observed line below
  // zero, and took from what was available, is marked.
  void Post(Operation operation, int64_t amount, Account debit, Account credit);
  void PostCounter(Operation operation, int64_t amount, Account debit, Account credit);

  Decision& decision() { return decision_; }
  Decision Take() { return std::move(decision_); }

 private:
  void PostOn(Line& line, bool on_counter, Operation operation, int64_t amount, Account debit,
              Account credit);

  const Command& command_;
  Decision decision_;
};

// The kinds, each in its file.
Outcome DecideApprove(const Situation& situation, const Command& command);
Outcome DecideSupplement(const Situation& situation, const Command& command);
Outcome DecideReduce(const Situation& situation, const Command& command);
Outcome DecideTransfer(const Situation& situation, const Command& command);
Outcome DecideAllot(const Situation& situation, const Command& command);
Outcome DecideFreeze(const Situation& situation, const Command& command);
Outcome DecideUnfreeze(const Situation& situation, const Command& command);
Outcome DecideEncumber(const Situation& situation, const Command& command);
Outcome DecideLiquidate(const Situation& situation, const Command& command);
Outcome DecideReserve(const Situation& situation, const Command& command);
Outcome DecideConfirm(const Situation& situation, const Command& command);
Outcome DecidePost(const Situation& situation, const Command& command);
Outcome DecideVoid(const Situation& situation, const Command& command);
Outcome DecideRefund(const Situation& situation, const Command& command);
Outcome DecideObservedPay(const Situation& situation, const Command& command);

}  // namespace fiscus::budget
