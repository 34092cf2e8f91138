// A budget ledger in memory for tests: one line of a given size, encumbrances by contract,
// idempotent by request id; it can stay silent, or act and lose its answer. Not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>

#include "services/projects/clients/ledger.h"

namespace fiscus::projects::testing {

class FakeLedger final : public Ledger {
 public:
  enum class Mood {
    kAnswers,
    kSilent,      // does nothing and does not answer
    kLosesAnswer  // acts, but the caller never hears of it
  };

  Mood mood = Mood::kAnswers;
  int64_t lines = 1;
  int64_t active_lines = 1;
  int64_t available_minor = 1'000'000;
  int64_t in_transit_minor = 0;
  int64_t net_paid_minor = 0;
  std::map<std::string, int64_t> encumbered_minor;  // by contract
  std::set<std::string> over;                       // contracts of which it was told so
  int commands = 0;                                 // that reached it

  // A payment under a contract, cleared.
  void Pay(const std::string& contract_id, int64_t amount_minor);
  int64_t Encumbered() const;

  absl::StatusOr<LedgerView> View(const Call& call, const std::string& project_id,
                                  const std::string& currency) const override;
  absl::Status Encumber(const Call& call, const LedgerCommand& command) const override;
  absl::Status Liquidate(const Call& call, const LedgerCommand& command) const override;

 private:
  absl::Status Act(const LedgerCommand& command, bool encumber);

  std::set<std::string> done_;  // request ids
};

}  // namespace fiscus::projects::testing
