// The unit approves what another person made: by another person, from one state, once.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::ReasonOf;
using testing::World;

TEST_CASE("The unit approves what another person made", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Submitted(10'000).payment_id();
  v1::PaymentCommandRequest request = World::CommandOn(id);
  request.set_expected_version(99);
  CHECK(ReasonOf(ApproveByUnit(world.deps(), world.CallOf("maker", request), request).status()) ==
        "SAME_PERSON");
  CHECK(
      ReasonOf(ApproveByUnit(world.deps(), world.CallOf("approver", request), request).status()) ==
      "VERSION_MISMATCH");
  request = World::CommandOn(id);
  const auto first = ApproveByUnit(world.deps(), world.CallOf("approver", request), request);
  REQUIRE(first.ok());
  CHECK(first->state() == v1::PAYMENT_STATE_UNIT_APPROVED);
  const auto again = ApproveByUnit(world.deps(), world.CallOf("approver", request), request);
  CHECK(again->SerializeAsString() == first->SerializeAsString());
  request = World::CommandOn(id);
  CHECK(
      ReasonOf(ApproveByUnit(world.deps(), world.CallOf("approver", request), request).status()) ==
      "WRONG_STATE");
  CHECK(world.Published(id).back() == v1::PAYMENT_STATE_UNIT_APPROVED);
  request = World::CommandOn(NewUuid());
  CHECK(
      ReasonOf(ApproveByUnit(world.deps(), world.CallOf("approver", request), request).status()) ==
      "PAYMENT_NOT_FOUND");
  request.set_payment_id("nonsense");
  CHECK(
      ReasonOf(ApproveByUnit(world.deps(), world.CallOf("approver", request), request).status()) ==
      "FIELD_INVALID");
  world.CheckBooks();
}

}  // namespace
}  // namespace fiscus::payments
