// Refunds by finance: bounds, repeats, and a ledger that fails at each point.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/core/status.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::Fault;
using testing::ReasonOf;
using testing::World;

v1::RefundPaymentRequest RefundOf(const std::string& payment_id, int64_t amount) {
  v1::RefundPaymentRequest request;
  request.set_request_id(NewUuid());
  request.set_payment_id(payment_id);
  request.mutable_amount()->set_minor(amount);
  request.mutable_amount()->set_currency("CNY");
  request.set_note("returned by the payee");
  request.set_effective_date("2026-04-01");
  return request;
}

absl::StatusOr<v1::Payment> Refund(World& world, const v1::RefundPaymentRequest& request) {
  return RefundPayment(world.deps(), world.CallOf("finance", request), request);
}

TEST_CASE("Money that came back is taken by the ledger, in parts and in full", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Cleared(10'000).payment_id();
  const v1::RefundPaymentRequest part = RefundOf(id, 4'000);
  const auto first = Refund(world, part);
  REQUIRE(first.ok());
  CHECK(first->refunded() == 4'000);
  CHECK(first->state() == v1::PAYMENT_STATE_CLEARED);
  CHECK(ReasonOf(Refund(world, RefundOf(id, 6'001)).status()) == "EXCEEDS_CLEARED");
  CHECK(ReasonOf(Refund(world, RefundOf(id, 0)).status()) == "AMOUNT_NOT_POSITIVE");
  v1::RefundPaymentRequest dollars = RefundOf(id, 1);
  dollars.mutable_amount()->set_currency("USD");
  CHECK(ReasonOf(Refund(world, dollars).status()) == "CURRENCY_MISMATCH");
  const auto rest = Refund(world, RefundOf(id, 6'000));
  REQUIRE(rest.ok());
  CHECK(rest->state() == v1::PAYMENT_STATE_REFUNDED);
  CHECK(ReasonOf(Refund(world, RefundOf(id, 1)).status()) == "WRONG_STATE");
  CHECK(Refund(world, part)->SerializeAsString() ==
        first->SerializeAsString());  // the first answer again
  CHECK(world.budget().Returned() == 10'000);
  world.CheckBooks();
}

TEST_CASE("A refund whose ledger call is lost is finished once, by a repeat or by the timer",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  for (const Fault fault : {Fault::kLostCall, Fault::kLostAnswer}) {
    for (const bool repeat : {true, false}) {
      World world;
      const std::string id = world.Cleared(10'000).payment_id();
      world.budget().faults().Next({fault});
      const v1::RefundPaymentRequest request = RefundOf(id, 4'000);
      CHECK(Refund(world, request).status().code() == absl::StatusCode::kUnavailable);
      CHECK(world.Get(id).refunded() == 0);
      CHECK(ReasonOf(Refund(world, RefundOf(id, 6'001)).status()) ==
            "EXCEEDS_CLEARED");  // it counts already
      if (!repeat) world.Later(absl::Seconds(3));
      CHECK(Refund(world, request)->refunded() == 4'000);
      world.Later(absl::Seconds(10));
      CHECK(world.Get(id).refunded() == 4'000);
      CHECK(world.budget().Returned() == 4'000);
      world.CheckBooks();
    }
  }
}

TEST_CASE("A payment that was refunded in full is revised, with its own voucher",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::Payment paid = world.Cleared(10'000);
  v1::SubmitPaymentRequest revision = world.NewRequest(10'000);
  revision.mutable_payment()->set_revises_payment_id(paid.payment_id());
  revision.mutable_payment()->set_vouchers(0, paid.vouchers(0));
  REQUIRE(Refund(world, RefundOf(paid.payment_id(), 9'999)).ok());
  CHECK(ReasonOf(SubmitPayment(world.deps(), world.CallOf("maker", revision), revision).status()) ==
        "VOUCHER_USED");
  REQUIRE(Refund(world, RefundOf(paid.payment_id(), 1)).ok());
  revision.set_request_id(NewUuid());
  revision.mutable_payment()->set_payment_id(NewUuid());
  CHECK(SubmitPayment(world.deps(), world.CallOf("maker", revision), revision).ok());
  world.CheckBooks();
}

TEST_CASE("What finance and the bank both tell of came back once, whoever tells first",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Cleared(10'000).payment_id();
  const auto told = [&](const std::string& event_id, const std::string& reference, int64_t amount) {
    v1::BankEvent event = World::Event(id, v1::BANK_EVENT_KIND_REFUNDED, amount, event_id);
    event.set_bank_reference(reference);
    world.bank().Tell(testing::kTenant, event);
    world.Settle();
    return world.Get(id).refunded();
  };
  v1::RefundPaymentRequest finance = RefundOf(id, 1'000);
  finance.set_bank_reference("R-1");
  REQUIRE(Refund(world, finance).ok());
  CHECK(told("e1", "R-1", 1'000) == 1'000);
  CHECK(told("e2", "R-1", 1'000) == 2'000);  // each record of finance stands for one event
  CHECK(told("e3", "R-2", 1'000) == 3'000);  // another return
  finance.set_request_id(NewUuid());
  finance.set_bank_reference("R-2");
  CHECK(ReasonOf(Refund(world, finance).status()) == "REFUND_EXISTS");
  finance.mutable_amount()->set_minor(999);
  REQUIRE(Refund(world, finance).ok());
  CHECK(world.Get(id).refunded() == 3'999);
  CHECK(told("e4", "", 999) == 4'998);  // without a reference nothing is known to be the same
  CHECK(told("e5", "R-2", 999) == 4'998);
  CHECK(world.budget().Returned() == 4'998);
  world.CheckBooks();
}

TEST_CASE("The ledger's refusal of a refund is the answer, also of repeats", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Cleared(10'000).payment_id();
  world.budget().ClosePeriod();
  const v1::RefundPaymentRequest request = RefundOf(id, 4'000);
  const absl::Status first = Refund(world, request).status();
  CHECK(ReasonOf(first) == "PERIOD_CLOSED");
  CHECK(RefusalOf(first)->domain == "fiscus.budget.v1");
  CHECK(Refund(world, request).status() == first);
  CHECK(world.Get(id).refunded() == 0);
  CHECK(world.Get(id).steps().rbegin()->note() == "the ledger refused a refund: PERIOD_CLOSED");
  world.CheckBooks();
}

}  // namespace
}  // namespace fiscus::payments
