// A fourth person orders, and the bank is instructed with the reservation confirmed: by another
// person, from one state, once, and only while project, contract and payee allow it.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/runtime/metrics.h"
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

std::string OrderReason(World& world, const v1::PaymentCommandRequest& request) {
  return ReasonOf(OrderPayment(world.deps(), world.CallOf("signer", request), request).status());
}

TEST_CASE("An order is refused while its project is suspended, and goes when it is resumed",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Approved(10'000).payment_id();
  projects::v1::Project project = testing::TheProject();
  project.set_state(projects::v1::PROJECT_STATE_SUSPENDED);
  world.projects().SetProject(project);
  const v1::PaymentCommandRequest request = World::CommandOn(id);
  CHECK(OrderReason(world, request) == "PROJECT_NOT_IN_EXECUTION");
  world.Settle();
  CHECK(world.Get(id).state() == v1::PAYMENT_STATE_FINANCE_APPROVED);
  CHECK_FALSE(world.bank().Has(id));
  world.projects().SetProject(testing::TheProject());
  CHECK(OrderReason(world, request) == "OK");  // the same request: a refusal is not recorded
  world.Settle();
  CHECK(world.bank().Has(id));
  world.CheckBooks();
}

TEST_CASE("An order is refused under a contract that ended, and to a payee that left it",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::PaymentCommandRequest request = World::CommandOn(world.Approved(10'000).payment_id());
  projects::v1::Contract contract = testing::TheContract();
  contract.clear_payees();
  world.projects().SetContract(contract);
  CHECK(OrderReason(world, request) == "PAYEE_NOT_REGISTERED");
  contract.set_state(projects::v1::CONTRACT_STATE_TERMINATED);
  world.projects().SetContract(contract);
  CHECK(OrderReason(world, request) == "CONTRACT_NOT_EFFECTIVE");
}

TEST_CASE("Without projects nothing is ordered, but repeats are answered", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const prometheus::Counter& retries =
      metrics::Counter("fiscus_transact_retries_total", "Writes run again after a conflict");
  const double before = retries.Value();
  const v1::PaymentCommandRequest request = World::CommandOn(world.Approved(10'000).payment_id());
  world.projects().faults().Next({testing::Fault::kLostCall});
  CHECK(OrderReason(world, request) == "UNAVAILABLE");
  CHECK(retries.Value() == before);
  CHECK(OrderReason(world, request) == "OK");
  world.projects().faults().Always(testing::Fault::kLostCall);
  CHECK(OrderReason(world, request) == "OK");
}

}  // namespace
}  // namespace fiscus::payments
