// The path of one payment, with its times in microseconds.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/core/dates.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::ReasonOf;
using testing::World;

TEST_CASE("A payment tells every step with time and person", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Cleared(10'000).payment_id();
  world.clock().Advance(absl::Microseconds(1'500'001));
  world.bank().Tell(testing::kTenant, World::Event(id, v1::BANK_EVENT_KIND_RECEIPT, 10'000));
  world.Settle();
  const v1::Payment payment = world.Get(id);
  CHECK(payment.state() == v1::PAYMENT_STATE_RECEIPTED);
  CHECK(payment.receipt_no() == "R1");
  CHECK(world.Path(id) == std::vector{v1::PAYMENT_STATE_SUBMITTING, v1::PAYMENT_STATE_SUBMITTED,
                                      v1::PAYMENT_STATE_UNIT_APPROVED,
                                      v1::PAYMENT_STATE_FINANCE_APPROVED, v1::PAYMENT_STATE_ORDERED,
                                      v1::PAYMENT_STATE_SENT, v1::PAYMENT_STATE_CLEARED,
                                      v1::PAYMENT_STATE_RECEIPTED});
  CHECK(payment.steps(2).actor().subject() == "approver");
  CHECK(payment.steps(6).actor().subject() == "payments");
  const auto first = ParseTimestamp(payment.steps(0).at());
  const auto last = ParseTimestamp(payment.steps(7).at());
  REQUIRE((first.has_value() && last.has_value()));
  CHECK(*last - *first == absl::Microseconds(1'500'001));
  std::vector<v1::PaymentState> published = world.Path(id);
  published.erase(published.begin());  // SUBMITTING is not a fact yet
  CHECK(world.Published(id) == published);
}

TEST_CASE("Unknown and malformed ids are told apart", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::GetPaymentRequest request;
  request.set_payment_id(NewUuid());
  CHECK(ReasonOf(GetPayment(world.deps(), world.ReadCall("reader"), request).status()) ==
        "PAYMENT_NOT_FOUND");
  request.set_payment_id("x' OR 1=1");
  CHECK(ReasonOf(GetPayment(world.deps(), world.ReadCall("reader"), request).status()) ==
        "FIELD_INVALID");
}

TEST_CASE("Another tenant's payment does not exist", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::GetPaymentRequest request;
  request.set_payment_id(world.Submitted(1).payment_id());
  Call foreign = world.ReadCall("reader");
  foreign.caller.tenant = "t2";
  CHECK(ReasonOf(GetPayment(world.deps(), foreign, request).status()) == "PAYMENT_NOT_FOUND");
}

}  // namespace
}  // namespace fiscus::payments
