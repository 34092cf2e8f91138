// Events that an adapter reports: once each, kept when they contradict, told when the payment is
// not ours.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::ReasonOf;
using testing::World;

absl::StatusOr<v1::ReportBankEventResponse> Report(World& world, const v1::BankEvent& event) {
  v1::ReportBankEventRequest request;
  *request.mutable_event() = event;
  return ReportBankEvent(world.deps(), world.ReadCall("bank"), request);
}

TEST_CASE("A reported event takes effect once", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Sent(10'000).payment_id();
  const v1::BankEvent accepted = World::Event(id, v1::BANK_EVENT_KIND_ACCEPTED, 10'000);
  const auto first = Report(world, accepted);
  REQUIRE(first.ok());
  CHECK_FALSE(first->replayed());
  CHECK(first->state() == v1::PAYMENT_STATE_ACCEPTED);
  CHECK(Report(world, accepted)->replayed());
  CHECK_FALSE(Report(world, World::Event(id, v1::BANK_EVENT_KIND_CLEARED, 10'000))->replayed());
  world.Settle();
  CHECK(world.Get(id).state() == v1::PAYMENT_STATE_CLEARED);
  world.CheckBooks();
}

TEST_CASE("A contradiction is kept as a remark, the payment stays", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Cleared(10'000).payment_id();
  const int steps = world.Get(id).steps_size();
  CHECK(Report(world, World::Event(id, v1::BANK_EVENT_KIND_REJECTED, 10'000))->state() ==
        v1::PAYMENT_STATE_CLEARED);
  const v1::Payment payment = world.Get(id);
  REQUIRE(payment.steps_size() == steps + 1);
  CHECK(payment.steps(steps).note().find("contradictory bank event") == 0);
  CHECK(world.Published(id).back() == v1::PAYMENT_STATE_CLEARED);
  world.CheckBooks();
}

TEST_CASE("Events about nobody's payment and malformed ones are refused", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  CHECK(ReasonOf(Report(world, World::Event(NewUuid(), v1::BANK_EVENT_KIND_CLEARED, 1)).status()) ==
        "PAYMENT_NOT_FOUND");
  CHECK(ReasonOf(Report(world, World::Event("", v1::BANK_EVENT_KIND_CLEARED, 1)).status()) ==
        "FIELD_INVALID");
  v1::BankEvent unnamed = World::Event(NewUuid(), v1::BANK_EVENT_KIND_CLEARED, 1);
  unnamed.set_event_id("two words");
  CHECK(ReasonOf(Report(world, unnamed).status()) == "FIELD_INVALID");
}

}  // namespace
}  // namespace fiscus::payments
