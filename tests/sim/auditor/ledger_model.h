// The auditor's ledger: which entries a command must lead to, by its own arithmetic.
//
// A line is a handful of sums, a command a few comparisons in 128 bits; no code, table or constant
// is shared with the product. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/trace/trace.h"

namespace fiscus::sim::audit {

using Wide = __int128;

// A movement that a command must lead to.
struct Expected {
  std::string line, operation, debit, credit;
  int64_t amount = 0;
};

// The sums of a line.
struct LineModel {
  std::string project, currency;
  bool observed = false;
  int block_bp = 10000;
  Wide approved = 0, authorised = 0, frozen = 0, encumbered = 0, in_transit = 0, paid = 0,
       refunded = 0;
  int64_t version = 0;

  Wide Used() const { return paid - refunded + in_transit + encumbered; }
  Wide Available() const { return authorised - frozen - Used(); }
};

struct HoldModel {
  std::string line, contract, state = "PENDING";
  bool expires = false;
  int64_t made_by = 0;  // number of the commit that made it
  Wide amount = 0, posted = 0, refunded = 0;
};

class LedgerModel {
 public:
  // The entries that the command must lead to (none: it changes nothing), or nullopt: it must be
  // refused. `expires` of holds is kept by Take.
  std::optional<std::vector<Expected>> Judge(const trace::LedgerCommand& command) const;

  // Takes over a command that was carried out. Empty, or what is wrong with the books afterwards.
  std::string Take(const trace::LedgerCommand& command, const std::vector<Expected>& effect);

  // The next commands belong to the next commit.
  void NextCommit() { ++commits_; }
  // True if the reservation was made after so many commits, or is not there.
  bool MadeAfter(const std::string& reservation, int64_t commits) const;

  const LineModel* Find(const std::string& line) const;
  const std::map<std::string, LineModel>& lines() const { return lines_; }
  const std::map<std::string, HoldModel>& holds() const { return holds_; }
  Wide Open(const std::string& line, const std::string& contract) const;
  bool IsOver(const std::string& line, const std::string& contract) const {
    return over_.contains({line, contract});
  }

 private:
  using Effect = std::optional<std::vector<Expected>>;
  Effect JudgeBudget(const trace::LedgerCommand& c, const LineModel& line) const;
  Effect JudgeSpending(const trace::LedgerCommand& c, const LineModel& line) const;
  Effect JudgeReserve(const trace::LedgerCommand& c, const LineModel& line) const;
  Effect JudgeSettling(const trace::LedgerCommand& c, const HoldModel& hold) const;
  void Move(const Expected& e);
  void TakeHold(const trace::LedgerCommand& c, const std::vector<Expected>& effect);

  int64_t commits_ = 0;
  std::map<std::string, LineModel> lines_;
  std::map<std::string, HoldModel> holds_;
  std::map<std::pair<std::string, std::string>, Wide> open_;
  std::set<std::pair<std::string, std::string>> over_;
};

}  // namespace fiscus::sim::audit
