// The auditor: watches commits, answers, the log and the bank, and says the first thing that is not
// as it must be.
//
// Its own tables and arithmetic; it includes nothing of the product (the layer check holds it to
// that). Invariants, as in the design: L1-L6, L8, L11 (ledger), Y1, Y4, Y7, Y8 (payments), A1, A2
// and one open alert per fingerprint; one effect per request; outbox = what was committed, each
// aggregate in order; the monitor's warnings = a batch oracle over the log.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/auditor/ledger_model.h"
#include "tests/sim/trace/trace.h"

namespace fiscus::sim::audit {

class Auditor {
 public:
  // A ledger command that somebody sends under a request id.
  void OnIssue(const std::string& request_id, const trace::LedgerCommand& command);
  // A request that a client makes and wants answered, and its answer when it arrives.
  void OnAsk(const std::string& request_id, const std::string& body);
  void OnAnswer(const trace::Answer& answer);

  void OnLedger(const trace::LedgerCommit& commit);
  void OnPayments(const trace::PaymentCommit& commit);
  void OnAlerts(const trace::AlertCommit& commit);
  void OnFact(int partition, const trace::Fact& fact);
  void OnWarning(int partition, const trace::Fact& fact);
  // TAKEN, PAID or BACK.
  void OnBank(const std::string& payment, const std::string& what, int64_t amount);

  // When nothing is left to happen: everything must have arrived.
  void AtRest(const std::vector<int32_t>& monitor_days, int partitions);

  // The first violation; empty: none.
  const std::string& failure() const { return failure_; }
  int64_t checks() const { return checks_; }

 private:
  struct PaymentSeen {
    trace::PaymentRow row;
    int64_t facts = 0;
  };
  struct BankBook {
    int taken = 0;
    int64_t paid = 0, back = 0;
  };

  void Must(bool holds, const std::string& what);
  void Record(const trace::Answer& answer);
  void Publish(const std::vector<trace::Fact>& outbox);
  void CheckDecision(const trace::Answer& answer, const trace::LedgerCommit& commit);
  void CheckStored(const trace::LedgerCommit& commit);
  void CheckPayment(const trace::PaymentRow& row);
  void CheckAlert(const trace::AlertRow& row);
  void CheckMoney();
  void CheckTopic(int partitions);
  void CheckWarnings(int partitions);
  void CheckAlerts();

  LedgerModel ledger_;
  std::map<std::pair<std::string, std::string>, trace::LedgerCommand> issued_;  // by id and body
  std::map<std::string, std::string> asked_;            // open requests of clients: id → body
  std::map<std::string, trace::Answer> recorded_;       // by request id
  std::map<std::string, int64_t> committed_sequence_;   // by aggregate
  std::map<std::string, trace::Fact> committed_;        // outbox, by fact id
  std::map<int, std::vector<trace::Fact>> topic_;       // facts, as appended
  std::map<int, std::map<std::string, int64_t>> seen_;  // partition → aggregate → last sequence
  std::map<std::string, trace::Fact> warnings_;         // by id
  std::map<std::string, int64_t> warning_sequence_;
  std::vector<trace::Fact> warnings_in_order_;  // first occurrences
  std::map<std::string, PaymentSeen> payments_;
  std::map<std::string, BankBook> bank_;
  std::set<std::string> bank_events_;
  std::set<std::string> refunded_by_hand_;  // payments; the bank's word may then contradict
  std::map<std::string, std::map<int, trace::AlertRow>> alerts_;  // fingerprint → ordinal
  std::set<std::string> evidence_;
  int32_t closed_day_ = 0;
  std::string failure_;
  int64_t checks_ = 0;
};

// The warnings that a partition's records must lead to, by id, computed in one pass. Rules R01 and
// R30 as their texts say, written down here once more.
std::map<std::string, trace::Fact> BatchWarnings(const std::vector<trace::Fact>& records);

}  // namespace fiscus::sim::audit
