// The sagas after the order: a bank that is late, silent, repeating, out of order, contradictory,
// and a ledger that fails at each point. In the end every payment is where it belongs, ledger and
// payments agree to the fen, the bank has the order once.
#include "services/payments/saga/driver.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/runtime/metrics.h"
#include "services/payments/saga/doubt.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::Fault;
using testing::kTenant;
using testing::World;

constexpr auto kAccepted = v1::BANK_EVENT_KIND_ACCEPTED;
constexpr auto kCleared = v1::BANK_EVENT_KIND_CLEARED;
constexpr auto kRejected = v1::BANK_EVENT_KIND_REJECTED;
constexpr auto kReceipt = v1::BANK_EVENT_KIND_RECEIPT;
constexpr auto kRefunded = v1::BANK_EVENT_KIND_REFUNDED;

std::string Order(World& world, int64_t amount) {
  const std::string id = world.Approved(amount).payment_id();
  const v1::PaymentCommandRequest order = World::CommandOn(id);
  REQUIRE(OrderPayment(world.deps(), world.CallOf("signer", order), order).ok());
  return id;
}

v1::PaymentState StateOf(World& world, const std::string& id) { return world.Get(id).state(); }

TEST_CASE("The usual path ends with the receipt and the ledger's posting", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = Order(world, 10'000);
  world.Settle();
  for (const auto kind : {kAccepted, kCleared, kReceipt})
    world.bank().Tell(kTenant, World::Event(id, kind, 10'000));
  world.Settle();
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_RECEIPTED);
  CHECK(world.Get(id).cleared() == 10'000);
  CHECK(world.Get(id).bank_reference() == "B1");
  CHECK(world.budget().Get(id).posted == 10'000);
  CHECK(world.bank().instructs() == 1);
  world.CheckBooks();
}

TEST_CASE("No answer makes an order UNKNOWN; then it is only queried", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = Order(world, 10'000);
  world.bank().faults().Next({Fault::kLostAnswer});  // taken, but the answer is lost
  world.Settle();
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_UNKNOWN);
  CHECK(world.bank().instructs() == 1);
  world.bank().faults().Next({Fault::kLostCall});  // the query is lost too
  world.Later(absl::Seconds(60));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_UNKNOWN);
  world.Later(absl::Seconds(60));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_SENT);  // known to the bank, not processed
  world.bank().SetLatest(id, World::Event(id, kCleared, 10'000));
  world.Later(absl::Seconds(60));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_CLEARED);
  CHECK(world.bank().instructs() == 1);
  world.CheckBooks();
}

TEST_CASE("An order that the bank never saw is sent again under the same id", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = Order(world, 10'000);
  world.bank().faults().Next({Fault::kLostCall});
  world.Settle();
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_UNKNOWN);
  CHECK_FALSE(world.bank().Has(id));
  world.Later(absl::Seconds(60));
  CHECK(world.bank().Has(id));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_SENT);
  CHECK(world.bank().queries() == 1);
}

TEST_CASE("An accepted order that the bank denies is not sent again", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Sent(10'000).payment_id();
  world.bank().Tell(kTenant, World::Event(id, kAccepted, 10'000));
  world.Settle();
  world.bank().Forget(id);
  world.Later(absl::Minutes(16));
  CHECK(world.bank().instructs() == 1);
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_ACCEPTED);
  CHECK(world.budget().InTransit() == 10'000);
}

TEST_CASE("A rejection voids the reservation, then the payment is returned with the bank's code",
          "[payments][saga]") {
  FISCUS_NEEDS_PG();
  for (const Fault fault : {Fault::kNone, Fault::kLostCall, Fault::kLostAnswer}) {
    World world;
    const v1::Payment sent = world.Sent(10'000);
    const std::string& id = sent.payment_id();
    world.budget().faults().Next({fault});
    world.bank().Tell(kTenant, World::Event(id, kRejected, 10'000));
    world.Settle();
    if (fault != Fault::kNone) CHECK(StateOf(world, id) == v1::PAYMENT_STATE_BANK_REJECTED);
    world.Later(absl::Seconds(1));
    const v1::Payment returned = world.Get(id);
    CHECK(returned.state() == v1::PAYMENT_STATE_RETURNED);
    CHECK(returned.refusal().reason() == "BANK_REJECTED");
    CHECK(returned.refusal().metadata().at("bank_code") == "AC04");
    CHECK(world.budget().InTransit() == 0);
    world.CheckBooks();
    // The correction is a payment of its own that names the returned one; the voucher is free
    // again.
    v1::SubmitPaymentRequest revision = world.NewRequest(10'000);
    revision.mutable_payment()->set_revises_payment_id(id);
    revision.mutable_payment()->set_vouchers(0, sent.vouchers(0));
    CHECK(SubmitPayment(world.deps(), world.CallOf("maker", revision), revision).ok());
    world.CheckBooks();
  }
}

TEST_CASE("A bank that refuses the order itself rejects it", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  world.bank().RefuseOrders(absl::StatusCode::kInvalidArgument);
  const std::string id = Order(world, 10'000);
  world.Settle();
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_RETURNED);
  CHECK(world.Get(id).refusal().metadata().at("class") == "TECHNICAL");
  world.CheckBooks();
}

TEST_CASE("Events in any order, repeated and echoed, have the effect of each once",
          "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  std::mt19937_64 random(7);
  std::vector<v1::BankEvent> events;
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back(world.Sent(1'000 + i).payment_id());
    const int64_t cleared = i % 3 == 0 ? 500 : 1'000 + i;  // some in part
    for (const auto kind : {kAccepted, kCleared, kReceipt}) {
      events.push_back(World::Event(ids.back(), kind, cleared));
      events.push_back(events.back());
      events.push_back(
          World::Event(ids.back(), kind, cleared, ids.back() + "/echo" + std::to_string(kind)));
    }
    if (i % 4 == 0) events.push_back(World::Event(ids.back(), kRefunded, 100));
  }
  std::shuffle(events.begin(), events.end(), random);
  for (size_t i = 0; i < events.size(); ++i) {
    world.bank().Tell(kTenant, events[i]);
    if (i % 5 == 0) world.Settle();
  }
  world.Settle();
  for (size_t i = 0; i < ids.size(); ++i) {
    const v1::Payment payment = world.Get(ids[i]);
    CHECK(payment.state() == v1::PAYMENT_STATE_RECEIPTED);
    CHECK(payment.cleared() == (i % 3 == 0 ? 500 : 1'000 + static_cast<int64_t>(i)));
    CHECK(payment.refunded() == (i % 4 == 0 ? 100 : 0));
    world.Published(ids[i]);
  }
  world.CheckBooks();
}

TEST_CASE("A clearing is shown only when the ledger has posted it, whatever is lost between",
          "[payments][saga]") {
  FISCUS_NEEDS_PG();
  for (const Fault fault : {Fault::kLostCall, Fault::kLostAnswer}) {
    World world;
    const std::string id = world.Sent(10'000).payment_id();
    world.budget().faults().Next({fault, fault, fault});
    world.bank().Tell(kTenant, World::Event(id, kCleared, 9'000));
    world.bank().Tell(kTenant, World::Event(id, kRefunded, 1'000));
    world.Settle();
    CHECK(StateOf(world, id) == v1::PAYMENT_STATE_SENT);
    CHECK(world.Get(id).cleared() == 0);
    world.Later(absl::Seconds(1));
    world.Later(absl::Seconds(5));
    world.Later(absl::Seconds(30));
    CHECK(StateOf(world, id) == v1::PAYMENT_STATE_CLEARED);
    CHECK(world.Get(id).cleared() == 9'000);
    CHECK(world.Get(id).refunded() == 1'000);
    CHECK(world.budget().Paid() == 9'000);
    world.CheckBooks();
  }
}

TEST_CASE("A posting that the ledger refuses stays on a desk and is tried again",
          "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Sent(10'000).payment_id();
  world.budget().RefusePostings(true);
  world.bank().Tell(kTenant, World::Event(id, kCleared, 10'000));
  world.Settle();
  world.Later(absl::Seconds(30));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_SENT);
  const v1::Payment stuck = world.Get(id);
  const auto remarks =
      std::count_if(stuck.steps().begin(), stuck.steps().end(), [](const v1::PaymentStep& step) {
        return step.note().find("the ledger refuses to post") == 0;
      });
  CHECK(remarks == 1);
  world.budget().RefusePostings(false);
  // Posted by an attempt of its own, and once: the answer that is lost now is asked for again.
  world.budget().faults().Next({Fault::kLostAnswer});
  world.Later(absl::Seconds(30));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_SENT);
  world.Later(absl::Seconds(60));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_CLEARED);
  CHECK(world.budget().Get(id).posted == 10'000);
  world.CheckBooks();
}

TEST_CASE(
    "What is open at the bank or the ledger for over 15 minutes is counted until it is settled",
    "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto in_doubt = [&world] {
    REQUIRE(MeasureDoubt(world.deps()).ok());
    return metrics::Gauge("fiscus_payments_in_doubt",
                          "Payments whose outcome has been open for over 15 minutes")
        .Value();
  };
  const std::string stuck = world.Sent(10'000).payment_id();
  const std::string cleared = world.Cleared(5'000).payment_id();
  world.bank().Tell(kTenant, World::Event(stuck, kAccepted, 10'000));
  world.Later(absl::Minutes(14));  // which news of it does not prolong
  CHECK(in_doubt() == 0);
  world.Later(absl::Minutes(1));
  CHECK(in_doubt() == 1);
  world.budget().faults().Always(Fault::kLostCall);
  const v1::SubmitPaymentRequest waiting = world.NewRequest(1'000);
  CHECK_FALSE(SubmitPayment(world.deps(), world.CallOf("maker", waiting), waiting).ok());
  world.bank().Tell(kTenant, World::Event(stuck, kCleared, 10'000));
  world.Later(absl::Minutes(1));
  CHECK(in_doubt() == 1);  // told, but the ledger does not know
  for (int i = 0; i < 40; ++i) world.Later(absl::Seconds(31));
  CHECK(in_doubt() == 2);
  world.budget().faults().Always(Fault::kNone);
  world.Later(absl::Minutes(1));
  CHECK(StateOf(world, stuck) == v1::PAYMENT_STATE_CLEARED);
  CHECK(StateOf(world, cleared) == v1::PAYMENT_STATE_CLEARED);
  CHECK(in_doubt() == 0);
}

TEST_CASE("A reservation that expires takes its payment along", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::Payment waiting = world.Submitted(10'000);
  const std::string ordered = world.Approved(5'000).payment_id();
  world.Later(absl::Hours(24 * 14));
  CHECK(StateOf(world, waiting.payment_id()) == v1::PAYMENT_STATE_SUBMITTED);
  world.budget().Expire(waiting.payment_id());
  world.budget().Expire(ordered);
  // Ordered before anybody noticed: the order is not sent.
  const v1::PaymentCommandRequest order = World::CommandOn(ordered);
  REQUIRE(OrderPayment(world.deps(), world.CallOf("signer", order), order).ok());
  world.Later(absl::Minutes(1));
  CHECK(StateOf(world, waiting.payment_id()) == v1::PAYMENT_STATE_EXPIRED);
  CHECK(StateOf(world, ordered) == v1::PAYMENT_STATE_EXPIRED);
  CHECK_FALSE(world.bank().Has(ordered));
  CHECK(world.Published(ordered).back() == v1::PAYMENT_STATE_EXPIRED);
  world.CheckBooks();
}

TEST_CASE("An order in time keeps its reservation for ever", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Sent(10'000).payment_id();
  world.Later(absl::Hours(24 * 30));
  world.budget().Expire(id);
  CHECK(world.budget().InTransit() == 10'000);
  world.bank().Tell(kTenant, World::Event(id, kCleared, 10'000));
  world.Settle();
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_CLEARED);
  world.CheckBooks();
}

TEST_CASE("The ledger out for a while: orders wait and then go", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = Order(world, 10'000);
  world.budget().faults().Always(Fault::kLostCall);
  world.Settle();
  world.Later(absl::Minutes(5));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_ORDERED);
  CHECK_FALSE(world.bank().Has(id));  // never without a confirmed reservation
  world.budget().faults().Always(Fault::kNone);
  world.Later(absl::Minutes(1));
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_SENT);
}

TEST_CASE("The feed survives what it cannot use, and knows where it was", "[payments][saga]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Sent(10'000).payment_id();
  world.bank().Tell("Not A Tenant!", World::Event(id, kCleared, 10'000));
  world.bank().Tell(kTenant, World::Event("", kCleared, 10'000, "no payment"));
  world.bank().Tell(kTenant, World::Event("not-a-uuid", kCleared, 10'000));
  world.bank().Tell(kTenant, World::Event(NewUuid(), kCleared, 10'000));
  world.bank().Tell("t2", World::Event(id, kRejected, 10'000));  // another tenant cannot touch it
  v1::BankEvent dirty = World::Event(id, kAccepted, 10'000);
  dirty.set_bank_reference("ref\x1f\n" + std::string(500, 'x'));
  dirty.set_value_date("yesterday");
  world.bank().Tell(kTenant, dirty);
  world.bank().Tell(kTenant, World::Event(id, kCleared, 10'000));
  world.Settle();
  CHECK(StateOf(world, id) == v1::PAYMENT_STATE_CLEARED);
  CHECK(world.feed().PullOnce().value() == 0);
  BankFeed another(world.deps(), absl::ZeroDuration());  // after a restart
  CHECK(another.PullOnce().value() == 0);
  world.CheckBooks();
}

TEST_CASE("Under random faults nothing is lost or doubled", "[payments][saga][property]") {
  FISCUS_NEEDS_PG();
  World world;
  std::mt19937_64 random(20260310);
  const auto some = [&random](int count) {
    std::vector<Fault> faults;
    for (int i = 0; i < count; ++i) faults.push_back(static_cast<Fault>(random() % 3));
    return faults;
  };
  std::vector<std::string> ids;
  for (int i = 0; i < 25; ++i) {
    ids.push_back(world.Approved(1'000 + i).payment_id());
    const v1::PaymentCommandRequest order = World::CommandOn(ids.back());
    REQUIRE(OrderPayment(world.deps(), world.CallOf("signer", order), order).ok());
  }
  // The bank decides each order some time after it has it.
  std::vector<bool> told(ids.size());
  for (int round = 0; round < 40; ++round) {
    world.budget().faults().Next(some(6));
    world.bank().faults().Next(some(3));
    world.Later(absl::Seconds(static_cast<int64_t>(random() % 90)));
    const size_t i = random() % ids.size();
    if (told[i] || !world.bank().Has(ids[i])) continue;
    told[i] = true;
    world.bank().Tell(kTenant, World::Event(ids[i], i % 5 == 4 ? kRejected : kCleared,
                                            1'000 + static_cast<int64_t>(i)));
  }
  world.budget().faults().Next({});
  world.bank().faults().Next({});
  for (int i = 0; i < 5; ++i) world.Later(absl::Minutes(2));
  for (size_t i = 0; i < ids.size(); ++i) {
    REQUIRE(world.bank().Has(ids[i]));
    if (!told[i]) {
      world.bank().Tell(kTenant, World::Event(ids[i], i % 5 == 4 ? kRejected : kCleared,
                                              1'000 + static_cast<int64_t>(i)));
    }
  }
  for (int i = 0; i < 5; ++i) world.Later(absl::Minutes(2));
  for (size_t i = 0; i < ids.size(); ++i) {
    CHECK(StateOf(world, ids[i]) ==
          (i % 5 == 4 ? v1::PAYMENT_STATE_RETURNED : v1::PAYMENT_STATE_CLEARED));
    world.Published(ids[i]);
  }
  CHECK(world.budget().InTransit() == 0);
  world.CheckBooks();
}

}  // namespace
}  // namespace fiscus::payments
