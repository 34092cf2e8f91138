// Budget's shell in memory: requests, line locks, transactions, request records, outbox and expiry
// timers around the real ledger core (services/budget/domain).
//
// Has the guarantees of ledger/group.cc and its stores: a transaction locks its lines, decides,
// commits all or nothing; replies follow the commit. Up to three transactions are open at a time,
// as with several replicas. `durable_…` survives a crash, the rest does not.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/budget/domain/book.h"
#include "tests/sim/auditor/auditor.h"
#include "tests/sim/world/outbox.h"

namespace fiscus::sim {

using Reply = std::function<void(const trace::Answer&)>;

class BudgetShell : public Part {
 public:
  BudgetShell(Kernel& kernel, const Bugs& bugs, audit::Auditor& auditor, Outbox& outbox)
      : Part("budget"), kernel_(kernel), bugs_(bugs), auditor_(auditor), outbox_(outbox) {}

  // A request as it arrives. `expires_ms` > 0: when a reservation made by it expires.
  void Receive(const std::string& request_id, const trace::LedgerCommand& command,
               int64_t expires_ms, Reply reply);
  // State of a reservation, for whoever asks: "", PENDING, POSTED, VOIDED, EXPIRED.
  std::string ReservationState(const std::string& id) const;
  const budget::Book& book() const { return durable_; }

  void Crash() override;
  void Restart() override;

 private:
  struct Job {
    std::string request_id;
    trace::LedgerCommand command;
    int64_t expires_ms = 0;
    Reply reply;
  };
  struct Record {
    std::string body, reason;
  };
  struct Tx {
    std::vector<Job> jobs;
    std::vector<trace::Answer> answers;
    std::set<std::string> locks;
    budget::Book book;
    std::set<std::string> changed_lines, changed_holds;
    std::set<std::pair<std::string, std::string>> changed_encumbrances;
    std::vector<std::pair<int64_t, trace::Fact>> rows;
    std::map<std::string, int64_t> refusals;
    std::set<std::string> loaded_holds;
    trace::LedgerCommit commit;
  };

  void Wake(int64_t delay_ms);
  void Begin();
  void DecideAll(const std::shared_ptr<Tx>& tx);
  void Retry(Tx& tx);
  std::set<std::string> LocksOf(const Job& job) const;
  void Load(const Job& job, Tx& tx);
  trace::Answer Decide(const Job& job, Tx& tx);
  budget::Outcome Execute(budget::Command& command, Tx& tx);
  budget::Outcome ExecuteWithBug(budget::Command& command, Tx& tx);
  void Accept(const Job& job, const budget::Decision& decision, Tx& tx);
  void Reject(const Job& job, const budget::Refusal& refusal, Tx& tx);
  void AddRow(trace::Fact fact, Tx& tx);
  void Commit(Tx& tx);
  void Save(Tx& tx);
  void SetTimer(const std::string& reservation, int64_t at_ms);

  Kernel& kernel_;
  const Bugs& bugs_;
  audit::Auditor& auditor_;
  Outbox& outbox_;
  budget::Book durable_;
  std::map<std::string, Record> durable_requests_;
  std::map<std::string, int64_t> durable_refusals_;  // by line: last sequence
  std::map<std::string, int64_t> durable_timers_;    // by reservation: due
  std::deque<Job> waiting_;
  std::set<std::string> locked_;
  int open_ = 0;
  int transactions_ = 0;
  int64_t commits_ = 0;
  bool awake_ = false;
};

}  // namespace fiscus::sim
