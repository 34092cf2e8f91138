// Payments' shell in memory: request records, timers, refunds, bank events seen and outbox around
// the real payment core (services/payments/domain).
//
// Each change of a payment is one transaction with all that goes with it, as saga/commit.cc has it;
// errands are driven by durable timers and by what the stored payment needs, as saga/driver.cc does
// it. Calls to budget and the bank go over the network: silence is not an answer.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/payments/domain/bank_event.h"
#include "services/payments/domain/errand.h"
#include "services/payments/domain/transitions.h"
#include "tests/sim/world/bank.h"
#include "tests/sim/world/budget_shell.h"

namespace fiscus::sim {

// What a person asks of payments. `what`: SUBMIT, UNIT, FINANCE, ORDER, RETURN, WITHDRAW, REFUND.
struct PaymentOrder {
  std::string what, payment, line, project, contract, currency, person;
  int64_t amount = 0;
  std::string Body() const;
};

class PaymentsShell : public Part {
 public:
  PaymentsShell(Kernel& kernel, const Bugs& bugs, audit::Auditor& auditor, Outbox& outbox,
                BudgetShell& budget, Bank& bank);

  void Receive(const std::string& request_id, const PaymentOrder& order, const Reply& reply);
  void OnNews(const BankNews& news, const std::function<void()>& acked);

  void Crash() override;
  void Restart() override;

 private:
  struct Refund {
    std::string id, payment;
    int64_t amount = 0;
    bool settled = false;
  };
  using Answered = std::function<void(const trace::Answer&)>;
  using Edit = std::function<payments::Decision(const payments::Payment&)>;

  absl::StatusOr<payments::Decision> Decide(const PaymentOrder& order);
  absl::StatusOr<payments::Decision> Submit(const PaymentOrder& order) const;
  void Save(const payments::Decision& decision, trace::PaymentCommit& commit);
  void Change(const std::string& id, const Edit& edit);
  void Change(const std::string& id, const Edit& edit, trace::PaymentCommit& commit);
  bool ApplyNews(const BankNews& news);
  void SetTimer(const std::string& id, int64_t at_ms);

  // errands.cc
  void RunErrand(const std::string& id);
  void Reserve(const payments::Payment& payment);
  void CheckExpiry(const payments::Payment& payment);
  void SendOrder(const payments::Payment& payment);
  void AskBank(const std::string& id, bool query);
  void PostClearing(const payments::Payment& payment);
  void VoidHold(const payments::Payment& payment);
  void SettleRefund(const payments::Payment& payment);
  void Expire(const std::string& id);
  void NoAnswer(const std::string& id);
  void AskLedger(const std::string& id, const std::string& request_id,
                 const trace::LedgerCommand& command, int64_t expires_ms, const Answered& answered,
                 const std::function<void()>& silence);
  int64_t Expect(const std::string& id, const std::function<void()>& silence);
  bool Take(const std::string& id, int64_t token);
  void TryAgain(const std::string& id);
  payments::Moment Now(std::string person = "payments") const;

  Kernel& kernel_;
  const Bugs& bugs_;
  audit::Auditor& auditor_;
  Outbox& outbox_;
  BudgetShell& budget_;
  Bank& bank_;
  // Durable.
  std::map<std::string, payments::Payment> payments_;
  std::map<std::string, trace::Answer> requests_;
  std::map<std::string, Refund> refunds_;
  std::set<std::string> bank_events_;
  std::map<std::string, int64_t> timers_;
  // Not durable.
  std::map<std::string, int64_t> running_;  // payment → token of the call it waits for
  int64_t tokens_ = 0;
};

}  // namespace fiscus::sim
