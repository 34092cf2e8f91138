// Stand-ins for budget, projects and the bank at the client interface, for tests of the sagas. The
// real servers come in tests/system.
//
// The ledger keeps the rules that payments relies on: it repeats every answer, also refusals, to
// the same request id; never below zero, each reservation resolved once. Faults are injected per
// call: the call is lost before it does anything, or its answer is lost after it did. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "services/payments/clients/clients.h"

namespace fiscus::payments::testing {

// What happens to a call.
enum class Fault { kNone, kLostCall, kLostAnswer };

// Hands out faults; by default none.
class Faults {
 public:
  // The next calls get these, in order.
  void Next(std::vector<Fault> faults);
  // Every call gets this until changed.
  void Always(Fault fault);
  // For one call: its fault.
  Fault Take();

 private:
  std::mutex mutex_;
  std::deque<Fault> next_;
  Fault always_ = Fault::kNone;
};

class FakeBudget final : public BudgetClient {
 public:
  struct Held {
    std::string line_id;
    int64_t amount = 0;
    int64_t posted = 0;
    int64_t refunded = 0;
    budget::v1::ReservationState state = budget::v1::RESERVATION_STATE_PENDING;
    bool confirmed = false;
  };

  void SetLine(const std::string& line_id, int64_t available);
  // The ledger's clock: expires a pending reservation, unless it was confirmed.
  void Expire(const std::string& reservation_id);
  // From now on refunds are refused, as after the close of the year.
  void ClosePeriod();
  // From now on postings are refused.
  void RefusePostings(bool refuse);

  Held Get(const std::string& reservation_id);
  int64_t Available(const std::string& line_id);
  // Σ over all reservations: pending, posted, refunded.
  int64_t InTransit();
  int64_t Paid();
  int64_t Returned();
  // Calls that reached the ledger, by command.
  int Calls(const std::string& command);
  Faults& faults() { return faults_; }

  absl::StatusOr<budget::v1::ReserveResponse> Reserve(
      const Call& call, const budget::v1::ReserveRequest& request) override;
  absl::StatusOr<budget::v1::BatchReserveResponse> BatchReserve(
      const Call& call, const budget::v1::BatchReserveRequest& request) override;
  absl::Status Confirm(const Call& call,
                       const budget::v1::ConfirmReservationRequest& request) override;
  absl::Status Post(const Call& call, const budget::v1::PostRequest& request) override;
  absl::Status Void(const Call& call, const budget::v1::VoidRequest& request) override;
  absl::Status Refund(const Call& call, const budget::v1::RefundRequest& request) override;
  absl::StatusOr<budget::v1::Reservation> GetReservation(
      const Call& call, const std::string& reservation_id) override;

 private:
  // Fault, request record, then `work` with the lock held.
  absl::Status Run(const std::string& command, const std::string& request_id,
                   const std::string& content, const std::function<absl::Status()>& work);
  absl::Status ReserveLocked(const budget::v1::ReserveRequest& request);
  int64_t Sum(const std::function<int64_t(const Held&)>& part);

  std::mutex mutex_;
  Faults faults_;
  std::map<std::string, int64_t> available_;
  std::map<std::string, Held> held_;
  std::map<std::string, std::pair<std::string, absl::Status>>
      records_;  // request id → content, answer
  std::map<std::string, int> calls_;
  bool period_closed_ = false;
  bool refuse_postings_ = false;
};

class FakeProjects final : public ProjectsClient {
 public:
  // A project in execution in this unit.
  void SetProject(const projects::v1::Project& project);
  void SetContract(const projects::v1::Contract& contract);
  int calls() const { return calls_; }
  Faults& faults() { return faults_; }

  absl::StatusOr<projects::v1::BatchGetPaymentContextResponse> BatchGetPaymentContext(
      const Call& call, const projects::v1::BatchGetPaymentContextRequest& request) override;

 private:
  Faults faults_;
  std::map<std::string, projects::v1::Project> projects_;
  std::map<std::string, projects::v1::Contract> contracts_;
  int calls_ = 0;
};

class FakeBank final : public BankClient {
 public:
  // Tells an event; it is pulled after those before it.
  void Tell(const std::string& tenant, const v1::BankEvent& event);
  // Refuses orders with this code from now on; kOk: takes them.
  void RefuseOrders(absl::StatusCode code);
  // What an answer about an order says, if anything.
  void SetLatest(const std::string& instruction_id, const v1::BankEvent& event);
  bool Has(const std::string& instruction_id);
  void Forget(const std::string& instruction_id);
  int instructs() const { return instructs_; }
  int queries() const { return queries_; }
  Faults& faults() { return faults_; }

  absl::StatusOr<bank::v1::InstructResponse> Instruct(
      const Call& call, const bank::v1::InstructRequest& request) override;
  absl::StatusOr<bank::v1::InstructResponse> Query(const Call& call,
                                                   const std::string& instruction_id) override;
  absl::StatusOr<bank::v1::PullEventsResponse> PullEvents(
      const Call& call, const bank::v1::PullEventsRequest& request) override;

 private:
  bank::v1::InstructResponse AnswerLocked(const std::string& instruction_id);

  std::mutex mutex_;
  Faults faults_;
  std::map<std::string, bank::v1::InstructRequest> orders_;
  std::map<std::string, v1::BankEvent> latest_;
  std::vector<bank::v1::TenantBankEvent> events_;
  absl::StatusCode refusal_ = absl::StatusCode::kOk;
  int instructs_ = 0;
  int queries_ = 0;
};

}  // namespace fiscus::payments::testing
