// The ledger of the budget service, by gRPC with the service's token. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "libs/rpc/client.h"
#include "services/projects/clients/ledger.h"

namespace fiscus::projects {

class BudgetLedger final : public Ledger {
 public:
  // `address`: host:port of budget; `tokens` outlives this.
  BudgetLedger(const std::string& address, rpc::ServiceTokens& tokens);
  ~BudgetLedger() override;

  absl::StatusOr<LedgerView> View(const Call& call, const std::string& project_id,
                                  const std::string& currency) const override;
  absl::Status Encumber(const Call& call, const LedgerCommand& command) const override;
  absl::Status Liquidate(const Call& call, const LedgerCommand& command) const override;

 private:
  struct Remote;
  const std::unique_ptr<Remote> remote_;
};

}  // namespace fiscus::projects
