// What projects asks of the budget ledger. Never inside a transaction. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "libs/runtime/call.h"
#include "services/projects/domain/life_cycle.h"

namespace fiscus::projects {

// One operation on a contract's encumbrance.
struct LedgerCommand {
  std::string request_id;  // the ledger's idempotency key
  std::string line_id;
  std::string contract_id;
  std::string project_id;
  std::string currency;
  int64_t amount_minor = 0;    // > 0
  bool contract_over = false;  // Liquidate: all that is open, for good; the amount is not read
  absl::CivilDay effective_date;
};

class Ledger {
 public:
  virtual ~Ledger() = default;
  // Sums over all lines of a project; `currency` is the project's.
  virtual absl::StatusOr<LedgerView> View(const Call& call, const std::string& project_id,
                                          const std::string& currency) const = 0;
  // Refusals are the ledger's (domain fiscus.budget.v1). Anything without a refusal leaves the
  // outcome open.
  virtual absl::Status Encumber(const Call& call, const LedgerCommand& command) const = 0;
  virtual absl::Status Liquidate(const Call& call, const LedgerCommand& command) const = 0;
};

}  // namespace fiscus::projects
