// All parts together, and the client that carries out a workload's actions: sends, waits, sends
// again under the same id until it is answered.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/auditor/auditor.h"
#include "tests/sim/workload/action.h"
#include "tests/sim/world/alerting_shell.h"
#include "tests/sim/world/bank.h"
#include "tests/sim/world/budget_shell.h"
#include "tests/sim/world/monitor_shell.h"
#include "tests/sim/world/payments_shell.h"

namespace fiscus::sim {

class World : private Part {
 public:
  World(Kernel& kernel, Bug bug);

  void Play(const std::vector<Action>& actions);
  // Checks what must hold at rest.
  void Rest();
  const audit::Auditor& auditor() const { return auditor_; }

 private:
  struct Ask {
    std::string request_id, body;
    std::function<void()> send;
    bool answered = false;
  };

  void Crash() override {}
  void Restart() override {}
  void Do(const Action& action);
  void DoLedger(const Action& action, const std::string& request_id);
  void DoPayment(const Action& action, const std::string& request_id);
  void DoReuse(const Action& action);
  int64_t AmountFor(const Action& action) const;
  trace::LedgerCommand LedgerCommandOf(const Action& action) const;
  void Send(const std::string& request_id, const std::string& body, Part& to,
            const std::function<void(const Reply&)>& call);
  void SendAgain(const std::shared_ptr<Ask>& ask, int attempt);

  Kernel& kernel_;
  const Bugs bugs_;
  audit::Auditor auditor_;
  Log facts_, warnings_;
  Outbox budget_outbox_, payments_outbox_, alerting_outbox_;
  BudgetShell budget_;
  Bank bank_;
  PaymentsShell payments_;
  std::vector<std::unique_ptr<MonitorShell>> monitors_;
  AlertingShell alerting_;
  std::map<int, trace::LedgerCommand> sent_;  // ledger commands, by action id
};

}  // namespace fiscus::sim
