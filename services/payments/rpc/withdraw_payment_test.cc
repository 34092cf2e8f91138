// The maker withdraws a payment: needs a reason, gives the money back through a durable timer,
// never after the order.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::Fault;
using testing::ReasonOf;
using testing::World;

TEST_CASE("The maker withdraws a payment", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  for (const Fault fault : {Fault::kNone, Fault::kLostCall, Fault::kLostAnswer}) {
    World world;
    const std::string id = world.Approved(10'000).payment_id();
    v1::PaymentCommandRequest request = World::CommandOn(id, "");
    CHECK(
        ReasonOf(WithdrawPayment(world.deps(), world.CallOf("maker", request), request).status()) ==
        "FIELD_INVALID");
    request = World::CommandOn(id, "not yours");
    CHECK(ReasonOf(
              WithdrawPayment(world.deps(), world.CallOf("approver", request), request).status()) ==
          "NOT_MAKER");
    request = World::CommandOn(id, "wrong account");
    const auto answer = WithdrawPayment(world.deps(), world.CallOf("maker", request), request);
    REQUIRE(answer.ok());
    CHECK(answer->state() == v1::PAYMENT_STATE_WITHDRAWN);
    CHECK(world.budget().InTransit() == 10'000);  // until the ledger has heard of it
    world.CheckBooks();
    world.budget().faults().Next({fault});
    world.Settle();
    world.Later(absl::Seconds(1));
    CHECK(world.budget().InTransit() == 0);
    CHECK(world.budget().Get(id).state == budget::v1::RESERVATION_STATE_VOIDED);
    CHECK(world.Published(id).back() == v1::PAYMENT_STATE_WITHDRAWN);
    world.CheckBooks();
    request = World::CommandOn(id, "again");
    CHECK(
        ReasonOf(WithdrawPayment(world.deps(), world.CallOf("maker", request), request).status()) ==
        "WRONG_STATE");
  }
}

TEST_CASE("The maker withdraws a payment: too late once it is ordered", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Sent(10'000).payment_id();
  const v1::PaymentCommandRequest request = World::CommandOn(id, "late");
  CHECK(ReasonOf(WithdrawPayment(world.deps(), world.CallOf("maker", request), request).status()) ==
        "WRONG_STATE");
  CHECK(world.budget().InTransit() == 10'000);
}

}  // namespace
}  // namespace fiscus::payments
