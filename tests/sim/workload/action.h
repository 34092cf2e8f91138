// What a workload wants done: one row per command, without state, so that any part of a list is a
// list again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fiscus::sim {

// How an amount is meant; resolved when the command is first sent, by what a reader sees then.
enum class AmountOf {
  kPlain,      // `amount`
  kAvailable,  // what the line has available + `amount`
  kLimit,      // what may still be used up to the line's blocking limit + `amount`
  kOpen,       // what is open under the contract + `amount`
  kReserved,   // what is reserved, or posted, under the reservation + `amount`
};

struct Action {
  int64_t at_ms = 0;
  // A ledger command (APPROVE, RESERVE …), PAY:SUBMIT … PAY:REFUND, DAY, ALERT, or REUSE: another
  // body under the id of the action `number`.
  std::string what;
  int line = 0;
  int other = 0;
  int number = 0;  // of a payment, reservation or fingerprint
  int person = 0;
  int64_t amount = 0;
  AmountOf of = AmountOf::kPlain;
  bool contract = false;   // under the line's contract; ALERT: the line's own, not the number's
  bool foreign = false;    // in another currency
  bool versioned = false;  // with the version that the reader sees, less `other`
  bool flag = false;       // RESERVE: expires; ALERT: the first of the fingerprint, or own unit
  int id = 0;              // its request id; kept when others are left out
};

// Lines of a run: 0 … kLines − 1; kTight blocks at 95 %, kObserved is not paid through us.
inline constexpr int kLines = 6;
inline constexpr int kTight = 4;
inline constexpr int kObserved = 5;

// Any command at any time, with amounts at the edges of what is allowed.
std::vector<Action> RandomCommands(uint64_t seed, int count);
// A few months of a province: lines approved, contracts encumbered, payments on their way through
// all hands, corrections, day closings, alerts handled.
std::vector<Action> MonthsOfAProvince(uint64_t seed, int count);

std::string ToText(const Action& action);

}  // namespace fiscus::sim
