// A fourth person orders, and the bank is instructed with the reservation confirmed: by another
// person, from one state, once.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::ReasonOf;
using testing::World;

TEST_CASE("A fourth person orders, and the bank is instructed with the reservation confirmed",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Approved(10'000).payment_id();
  v1::PaymentCommandRequest request = World::CommandOn(id);
  request.set_expected_version(99);
  CHECK(ReasonOf(OrderPayment(world.deps(), world.CallOf("finance", request), request).status()) ==
        "SAME_PERSON");
  CHECK(ReasonOf(OrderPayment(world.deps(), world.CallOf("signer", request), request).status()) ==
        "VERSION_MISMATCH");
  request = World::CommandOn(id);
  const auto first = OrderPayment(world.deps(), world.CallOf("signer", request), request);
  REQUIRE(first.ok());
  CHECK(first->state() == v1::PAYMENT_STATE_ORDERED);
  const auto again = OrderPayment(world.deps(), world.CallOf("signer", request), request);
  CHECK(again->SerializeAsString() == first->SerializeAsString());
  request = World::CommandOn(id);
  CHECK(ReasonOf(OrderPayment(world.deps(), world.CallOf("signer", request), request).status()) ==
        "WRONG_STATE");
  CHECK(world.Published(id).back() == v1::PAYMENT_STATE_ORDERED);
  request = World::CommandOn(NewUuid());
  CHECK(ReasonOf(OrderPayment(world.deps(), world.CallOf("signer", request), request).status()) ==
        "PAYMENT_NOT_FOUND");
  request.set_payment_id("nonsense");
  CHECK(ReasonOf(OrderPayment(world.deps(), world.CallOf("signer", request), request).status()) ==
        "FIELD_INVALID");
  CHECK_FALSE(world.bank().Has(id));
  world.Settle();
  CHECK(world.bank().Has(id));
  CHECK(world.budget().Get(id).confirmed);
  CHECK(world.Get(id).state() == v1::PAYMENT_STATE_SENT);
  world.CheckBooks();
}

}  // namespace
}  // namespace fiscus::payments
