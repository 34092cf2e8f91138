// Batches: a result each, neighbours unharmed, limits within the batch, repeats.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::Fault;
using testing::kLine;
using testing::ReasonOf;
using testing::World;

v1::BatchSubmitPaymentsRequest Batch(const std::vector<v1::SubmitPaymentRequest>& items) {
  v1::BatchSubmitPaymentsRequest request;
  request.set_request_id(NewUuid());
  for (const v1::SubmitPaymentRequest& item : items) *request.add_requests() = item;
  return request;
}

absl::StatusOr<v1::BatchSubmitPaymentsResponse> Submit(
    World& world, const v1::BatchSubmitPaymentsRequest& request) {
  return BatchSubmitPayments(world.deps(), world.CallOf("maker", request), request);
}

std::vector<std::string> ReasonsOf(const v1::BatchSubmitPaymentsResponse& response) {
  std::vector<std::string> reasons;
  for (const v1::SubmitResult& result : response.results()) {
    reasons.push_back(result.status().code() == 0 ? "OK" : result.status().reason());
  }
  return reasons;
}

TEST_CASE("Each item has its own result, in order", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.budget().SetLine(kLine, 50'000);
  std::vector<v1::SubmitPaymentRequest> items;
  items.push_back(world.NewRequest(30'000));
  items.push_back(world.NewRequest(0));
  items.push_back(world.NewRequest(30'000));  // more than the line has left
  items.push_back(world.NewRequest(50'000));  // more than the contract has left: 60,000 are live
  items.push_back(items[0]);                  // the same again
  items.push_back(world.NewRequest(10));
  items.back().mutable_payment()->set_vouchers(0, items[0].payment().vouchers(0));
  items.push_back(items[0]);
  items.back().mutable_payment()->set_purpose("other content");
  items.push_back(world.NewRequest(10));
  items.back().mutable_payment()->set_project_id("nonsense");
  items.push_back(world.NewRequest(10));
  items.back().set_request_id(items[0].request_id());
  items.push_back(world.NewRequest(20));
  items.back().set_validate_only(true);
  items.push_back(world.NewRequest(20'000));
  const v1::BatchSubmitPaymentsRequest request = Batch(items);
  const auto first = Submit(world, request);
  REQUIRE(first.ok());
  CHECK(ReasonsOf(*first) ==
        std::vector<std::string>{"OK", "AMOUNT_NOT_POSITIVE", "EXCEEDS_AVAILABLE",
                                 "CONTRACT_EXCEEDED", "OK", "VOUCHER_USED", "PAYMENT_EXISTS",
                                 "FIELD_INVALID", "REQUEST_ID_REUSED", "FIELD_INVALID", "OK"});
  CHECK(first->results(2).payment().state() == v1::PAYMENT_STATE_REFUSED);
  CHECK(first->results(2).status().metadata().at("available") == "20000");
  CHECK(world.budget().InTransit() == 50'000);
  CHECK(world.projects().calls() == 1);
  CHECK(world.budget().Calls("BatchReserve") == 1);
  const auto again = Submit(world, request);
  REQUIRE(again.ok());
  // Not by bytes: the order of a map's entries is free.
  CHECK(google::protobuf::util::MessageDifferencer::Equals(*again, *first));
  CHECK(world.budget().InTransit() == 50'000);
  world.CheckBooks();
}

TEST_CASE("A batch that lost the ledger's answer is finished by a repeat or by the timer",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  for (const bool repeat : {true, false}) {
    World world;
    const v1::BatchSubmitPaymentsRequest request =
        Batch({world.NewRequest(100), world.NewRequest(200), world.NewRequest(300)});
    world.budget().faults().Next({Fault::kLostAnswer});
    const auto waiting = Submit(world, request);
    REQUIRE(waiting.ok());
    for (const v1::SubmitResult& result : waiting->results()) {
      CHECK(result.status().code() == static_cast<int>(absl::StatusCode::kUnavailable));
    }
    if (!repeat) world.Later(absl::Seconds(3));
    const auto answer = Submit(world, request);
    REQUIRE(answer.ok());
    CHECK(ReasonsOf(*answer) == std::vector<std::string>{"OK", "OK", "OK"});
    CHECK(world.budget().InTransit() == 600);
    for (const v1::SubmitPaymentRequest& item : request.requests()) {
      CHECK(world.Published(item.payment().payment_id()).size() == 1);
    }
    world.CheckBooks();
  }
}

TEST_CASE("A thousand payments are one batch, none and more are not", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  std::vector<v1::SubmitPaymentRequest> items;
  CHECK(ReasonOf(Submit(world, Batch(items)).status()) == "FIELD_INVALID");
  for (int i = 0; i < 1'000; ++i) items.push_back(world.NewRequest(100));
  const auto answer = Submit(world, Batch(items));
  REQUIRE(answer.ok());
  CHECK(ReasonsOf(*answer) == std::vector<std::string>(1'000, "OK"));
  CHECK(world.budget().InTransit() == 100'000);
  world.CheckBooks();
  items.push_back(world.NewRequest(1));
  CHECK(ReasonOf(Submit(world, Batch(items)).status()) == "FIELD_INVALID");
}

}  // namespace
}  // namespace fiscus::payments
