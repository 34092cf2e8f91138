// Totals equal the ledger's, state by state.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::World;

TEST_CASE("Totals follow a payment through the ledger, by unit and in all", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto totals = [&world](const std::string& scope, int year) {
    v1::GetTotalsRequest request;
    request.set_fiscal_year(year);
    const auto response = GetTotals(world.deps(), world.ReadCall("reader", scope), request);
    REQUIRE(response.ok());
    return *response;
  };
  CHECK(totals("/", 0).in_all_size() == 0);
  world.Submitted(1'000);
  world.Sent(2'000);
  world.Cleared(4'000);
  v1::SubmitPaymentRequest refused = world.NewRequest(1'000'000);
  CHECK_FALSE(SubmitPayment(world.deps(), world.CallOf("maker", refused), refused).ok());
  const v1::GetTotalsResponse all = totals("/", 2026);
  REQUIRE(all.in_all_size() == 1);
  CHECK(all.in_all(0).currency() == "CNY");
  CHECK(all.in_all(0).in_transit() == 3'000);
  CHECK(all.in_all(0).paid() == 4'000);
  CHECK(all.in_all(0).payments() == 3);
  REQUIRE(all.by_unit_size() == 1);
  CHECK(all.by_unit(0).unit_path() == testing::kUnit);
  CHECK(all.by_unit(0).paid() == 4'000);
  CHECK(totals("/", 2025).in_all_size() == 0);
  CHECK(totals("/330000/330200/", 0).in_all_size() == 0);
  world.CheckBooks();
}

TEST_CASE("Sums that leave 64 bits are said to, not cut", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  constexpr int64_t kNearlyAll = 9'000'000'000'000'000'000;
  v1::BatchSubmitPaymentsRequest batch;
  batch.set_request_id(NewUuid());
  for (int i = 0; i < 2; ++i) {
    v1::SubmitPaymentRequest& request = *batch.add_requests();
    request = world.NewRequest(kNearlyAll);
    request.mutable_payment()->clear_contract_id();
    request.mutable_payment()->set_no_contract_reason("SALARY");
    request.mutable_payment()->set_line_id(NewUuid());
    world.budget().SetLine(request.payment().line_id(), kNearlyAll);
  }
  const auto submitted = BatchSubmitPayments(world.deps(), world.CallOf("maker", batch), batch);
  REQUIRE(submitted.ok());
  for (const v1::SubmitResult& result : submitted->results()) CHECK(result.status().code() == 0);
  const v1::GetTotalsRequest request;
  CHECK(GetTotals(world.deps(), world.ReadCall("reader"), request).status().code() ==
        absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace fiscus::payments
