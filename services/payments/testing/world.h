// A payments service without network: real database, sagas and timers, stand-ins for its peers, a
// clock that tests set.
//
// Requests are given to the handlers as the dispatcher would; Settle runs timers and feed until
// nothing is due.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "google/protobuf/message.h"
#include "libs/pg/timer.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/payments/deps.h"
#include "services/payments/saga/bank_feed.h"
#include "services/payments/testing/fakes.h"

namespace fiscus::payments::testing {

inline constexpr char kTenant[] = "t1";
inline constexpr char kUnit[] = "/330000/330100/";
inline constexpr char kLine[] = "00000000-0000-7000-8000-0000000000d1";
inline constexpr char kProject[] = "00000000-0000-7000-8000-0000000000b1";
// Worth 100,000 with an advance of 30,000; pays "Builder Ltd".
inline constexpr char kContract[] = "00000000-0000-7000-8000-0000000000c1";

// What every world starts with, as projects tells it.
projects::v1::Project TheProject();
projects::v1::Contract TheContract();

class World {
 public:
  World();

  // A call by a person who holds every intent of payments at `unit_path`.
  template <class Request>
  Call CallOf(const std::string& person, const Request& request,
              const std::string& unit_path = "/") const {
    return MakeCall(person, request.request_id(), request, unit_path);
  }
  // As CallOf, for requests that only read.
  Call ReadCall(const std::string& person, const std::string& unit_path = "/") const;

  // A request for a progress payment of `amount` under the contract, with fresh ids and a voucher
  // of its own.
  v1::SubmitPaymentRequest NewRequest(int64_t amount) const;
  // Submitted by "maker"; the test fails if it is refused.
  v1::Payment Submitted(int64_t amount);
  // Submitted, approved by the unit and by finance, by three persons.
  v1::Payment Approved(int64_t amount);
  // Approved, ordered, and taken by the bank.
  v1::Payment Sent(int64_t amount);
  // Sent, cleared in full and posted.
  v1::Payment Cleared(int64_t amount);

  // The handlers' requests.
  static v1::PaymentCommandRequest CommandOn(const std::string& payment_id,
                                             const std::string& note = "note");
  static v1::BankEvent Event(const std::string& payment_id, v1::BankEventKind kind, int64_t amount,
                             const std::string& event_id = {});

  v1::Payment Get(const std::string& payment_id) const;
  // States that it went through, with the remarks' states, oldest first.
  std::vector<v1::PaymentState> Path(const std::string& payment_id) const;

  // Runs timers that are due and pulls events until there is neither.
  void Settle();
  // Settle after some time.
  void Later(absl::Duration time);

  // Ledger and payments agree to the fen, and contract sums equal the sums of their payments; the
  // test fails if not.
  void CheckBooks();
  // Events of a payment in the outbox: their states, in order of sequence; the test fails on a gap.
  std::vector<v1::PaymentState> Published(const std::string& payment_id);

  const Deps& deps() const { return deps_; }
  pg::Database& database() { return test_database_.database(); }
  FakeClock& clock() { return clock_; }
  FakeBudget& budget() { return budget_; }
  FakeProjects& projects() { return projects_; }
  FakeBank& bank() { return bank_; }
  BankFeed& feed() { return feed_; }

 private:
  Call MakeCall(const std::string& person, const std::string& request_id,
                const google::protobuf::Message& request, const std::string& unit_path) const;

  fiscus::testing::TestDatabase test_database_;
  FakeClock clock_;
  FakeBudget budget_;
  FakeProjects projects_;
  FakeBank bank_;
  Deps deps_;
  pg::TimerRunner ledger_timers_;
  pg::TimerRunner bank_timers_;
  BankFeed feed_;
};

// The reason of a refusal, "OK", or the code's name.
std::string ReasonOf(const absl::Status& status);

}  // namespace fiscus::payments::testing
