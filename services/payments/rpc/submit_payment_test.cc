// Submission: every answer, what is recorded, repeats of every kind, and a ledger that fails at
// each point.
#include <catch2/catch.hpp>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/core/status.h"
#include "libs/runtime/metrics.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/store/payment_store.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::Fault;
using testing::kLine;
using testing::ReasonOf;
using testing::World;

absl::StatusOr<v1::Payment> Submit(World& world, const v1::SubmitPaymentRequest& request) {
  return SubmitPayment(world.deps(), world.CallOf("maker", request), request);
}

bool IsStored(World& world, const std::string& payment_id) {
  v1::GetPaymentRequest request;
  request.set_payment_id(payment_id);
  return GetPayment(world.deps(), world.ReadCall("reader"), request).ok();
}

TEST_CASE("A submitted payment holds its money in the ledger", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  const auto answer = Submit(world, request);
  REQUIRE(answer.ok());
  CHECK(answer->state() == v1::PAYMENT_STATE_SUBMITTED);
  CHECK(answer->version() == 1);
  CHECK(answer->kind() == v1::PAYMENT_KIND_PROGRESS);
  const std::string& id = request.payment().payment_id();
  CHECK(world.budget().Get(id).amount == 10'000);
  CHECK(world.Published(id) == std::vector{v1::PAYMENT_STATE_SUBMITTED});
  CHECK(world.Path(id) == std::vector{v1::PAYMENT_STATE_SUBMITTING, v1::PAYMENT_STATE_SUBMITTED});
  CHECK(world.Get(id).steps(0).actor().subject() == "maker");
  world.CheckBooks();
}

TEST_CASE("Malformed requests name every bad field; others are refused without a trace",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::SubmitPaymentRequest request = world.NewRequest(1);
  request.mutable_payment()->set_line_id("line");
  request.mutable_payment()->set_effective_date("2026-02-30");
  request.mutable_payment()->add_vouchers(" x");
  CHECK(ReasonOf(Submit(world, request).status()) == "FIELD_INVALID");
  CHECK(ViolationsOf(Submit(world, request).status()).size() == 3);
  request = world.NewRequest(0);
  CHECK(ReasonOf(Submit(world, request).status()) == "AMOUNT_NOT_POSITIVE");
  request = world.NewRequest(1);
  request.mutable_payment()->clear_vouchers();
  CHECK(ReasonOf(Submit(world, request).status()) == "VOUCHER_MISSING");
  request = world.NewRequest(1);
  request.mutable_payment()->clear_contract_id();
  CHECK(ReasonOf(Submit(world, request).status()) == "CONTRACT_MISSING");
  request = world.NewRequest(1);
  request.mutable_payment()->set_unit_path("/330000/");
  CHECK(ReasonOf(Submit(world, request).status()) == "PROJECT_NOT_FOUND");
  CHECK_FALSE(IsStored(world, request.payment().payment_id()));
  request = world.NewRequest(1);
  request.mutable_payment()->set_project_id(NewUuid());
  CHECK(ReasonOf(Submit(world, request).status()) == "PROJECT_NOT_FOUND");
  request = world.NewRequest(1);
  request.mutable_payment()->set_contract_id(NewUuid());
  CHECK(ReasonOf(Submit(world, request).status()) == "CONTRACT_NOT_FOUND");
  CHECK(world.budget().Calls("Reserve") == 0);
}

TEST_CASE("A refusal by the checks is recorded, published and repeated", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::SubmitPaymentRequest request = world.NewRequest(100'001);
  const absl::Status first = Submit(world, request).status();
  CHECK(ReasonOf(first) == "CONTRACT_EXCEEDED");
  CHECK(RefusalOf(first)->figures.at("contract_value") == "100000");
  CHECK(RefusalOf(first)->domain == "fiscus.payments.v1");
  CHECK(Submit(world, request).status() == first);
  const std::string& id = request.payment().payment_id();
  CHECK(world.Get(id).refusal().reason() == "CONTRACT_EXCEEDED");
  CHECK(world.Published(id) == std::vector{v1::PAYMENT_STATE_REFUSED});
  CHECK(world.budget().Calls("Reserve") == 0);
  // It holds neither its voucher nor a part of the contract.
  v1::SubmitPaymentRequest again = world.NewRequest(100'000);
  *again.mutable_payment()->mutable_vouchers() = request.payment().vouchers();
  CHECK(Submit(world, again).ok());
  world.CheckBooks();
}

TEST_CASE("The ledger's refusal is passed on with its figures, and repeated", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.budget().SetLine(kLine, 9'999);
  const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  const absl::Status first = Submit(world, request).status();
  CHECK(ReasonOf(first) == "EXCEEDS_AVAILABLE");
  CHECK(first.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(RefusalOf(first)->domain == "fiscus.budget.v1");
  CHECK(RefusalOf(first)->figures.at("available") == "9999");
  world.budget().SetLine(kLine, 1'000'000);  // money that came later changes nothing
  CHECK(Submit(world, request).status() == first);
  CHECK(world.Get(request.payment().payment_id()).state() == v1::PAYMENT_STATE_REFUSED);
  world.CheckBooks();

  v1::SubmitPaymentRequest nowhere = world.NewRequest(1);
  nowhere.mutable_payment()->clear_contract_id();
  nowhere.mutable_payment()->set_no_contract_reason("SALARY");
  nowhere.mutable_payment()->set_line_id(NewUuid());
  CHECK(ReasonOf(Submit(world, nowhere).status()) == "LINE_NOT_FOUND");
}

TEST_CASE("Repeats get the first answer, other content under known ids is refused",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  const auto first = Submit(world, request);
  REQUIRE(first.ok());
  const v1::PaymentCommandRequest approve = World::CommandOn(request.payment().payment_id());
  REQUIRE(ApproveByUnit(world.deps(), world.CallOf("approver", approve), approve).ok());
  CHECK(Submit(world, request)->SerializeAsString() == first->SerializeAsString());
  world.projects().faults().Always(Fault::kLostCall);  // a repeat needs no other service
  world.budget().faults().Always(Fault::kLostCall);
  CHECK(Submit(world, request)->SerializeAsString() == first->SerializeAsString());
  world.projects().faults().Always(Fault::kNone);
  world.budget().faults().Always(Fault::kNone);

  v1::SubmitPaymentRequest same_payment = request;
  same_payment.set_request_id(NewUuid());
  CHECK(Submit(world, same_payment)->SerializeAsString() == first->SerializeAsString());
  same_payment.set_request_id(NewUuid());
  same_payment.mutable_payment()->mutable_amount()->set_minor(10'001);
  CHECK(ReasonOf(Submit(world, same_payment).status()) == "PAYMENT_EXISTS");
  v1::SubmitPaymentRequest other_body = request;
  other_body.mutable_payment()->set_purpose("else");
  CHECK(ReasonOf(Submit(world, other_body).status()) == "REQUEST_ID_REUSED");
  CHECK(world.budget().InTransit() == 10'000);
  world.CheckBooks();
}

TEST_CASE("A rehearsal says what would happen and changes nothing", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  request.set_validate_only(true);
  const auto answer = Submit(world, request);
  REQUIRE(answer.ok());
  CHECK(answer->state() == v1::PAYMENT_STATE_SUBMITTED);
  CHECK_FALSE(IsStored(world, request.payment().payment_id()));
  CHECK(world.budget().InTransit() == 0);
  request = world.NewRequest(100'001);
  request.set_validate_only(true);
  CHECK(ReasonOf(Submit(world, request).status()) == "CONTRACT_EXCEEDED");
  world.budget().SetLine(kLine, 5);
  request = world.NewRequest(6);
  request.set_validate_only(true);
  CHECK(ReasonOf(Submit(world, request).status()) == "EXCEEDS_AVAILABLE");
  CHECK_FALSE(IsStored(world, request.payment().payment_id()));
}

TEST_CASE("A submission whose ledger call is lost, before or after, is resumed by the timer",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  for (const Fault fault : {Fault::kLostCall, Fault::kLostAnswer}) {
    World world;
    world.budget().faults().Next({fault, fault});
    const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
    const std::string& id = request.payment().payment_id();
    const absl::Status waiting = Submit(world, request).status();
    CHECK(waiting.code() == absl::StatusCode::kUnavailable);
    CHECK(RetryAfterMsOf(waiting).has_value());
    CHECK(world.Get(id).state() == v1::PAYMENT_STATE_SUBMITTING);
    world.Settle();
    CHECK(world.Get(id).state() == v1::PAYMENT_STATE_SUBMITTING);  // not due yet
    world.Later(absl::Seconds(3));  // the second fault hits the timer's call
    CHECK(world.Get(id).state() == v1::PAYMENT_STATE_SUBMITTING);
    world.Later(absl::Seconds(1));
    CHECK(world.Get(id).state() == v1::PAYMENT_STATE_SUBMITTED);
    CHECK(Submit(world, request)->state() == v1::PAYMENT_STATE_SUBMITTED);
    CHECK(world.budget().InTransit() == 10'000);
    CHECK(world.Published(id) == std::vector{v1::PAYMENT_STATE_SUBMITTED});
    world.CheckBooks();
  }
}

TEST_CASE("A repeat goes on with what the first call left", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.budget().faults().Next({Fault::kLostAnswer});
  const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  CHECK(Submit(world, request).status().code() == absl::StatusCode::kUnavailable);
  CHECK(Submit(world, request)->state() == v1::PAYMENT_STATE_SUBMITTED);
  CHECK(world.budget().InTransit() == 10'000);
  world.Later(absl::Seconds(10));  // the timer finds nothing to do
  CHECK(world.Published(request.payment().payment_id()).size() == 1);
}

TEST_CASE("Without projects nothing is recorded", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const prometheus::Counter& retries =
      metrics::Counter("fiscus_transact_retries_total", "Writes run again after a conflict");
  const double before = retries.Value();
  world.projects().faults().Next({Fault::kLostCall});
  const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  CHECK(Submit(world, request).status().code() == absl::StatusCode::kUnavailable);
  CHECK(retries.Value() ==
        before);  // answered at once: no worker waits for a failure that is known
  CHECK_FALSE(IsStored(world, request.payment().payment_id()));
  CHECK(Submit(world, request).ok());
}

TEST_CASE("A reused id at the ledger decides nothing: the payment waits and is not refused",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.budget().faults().Next({Fault::kLostCall});
  const v1::SubmitPaymentRequest request = world.NewRequest(10'000);
  const std::string& id = request.payment().payment_id();
  CHECK(Submit(world, request).status().code() == absl::StatusCode::kUnavailable);
  Payment stored;
  REQUIRE(world.database()
              .Read(testing::kTenant, absl::InfiniteFuture(),
                    [&](pg::Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(stored, store::LoadOne(tx, id));
                      return absl::OkStatus();
                    })
              .ok());
  budget::v1::ReserveRequest other = ReserveFor(stored);
  other.mutable_amount()->set_minor(9'000);
  REQUIRE(world.budget().Reserve(Call(), other).ok());
  CHECK(Submit(world, request).status().code() == absl::StatusCode::kUnavailable);
  world.Later(absl::Seconds(10));
  CHECK(world.Get(id).state() == v1::PAYMENT_STATE_SUBMITTING);
}

TEST_CASE("A voucher serves one live payment of its payee", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::Payment first = world.Submitted(1'000);
  v1::SubmitPaymentRequest second = world.NewRequest(1'000);
  second.mutable_payment()->set_vouchers(0, first.vouchers(0));
  const absl::Status used = Submit(world, second).status();
  CHECK(ReasonOf(used) == "VOUCHER_USED");
  CHECK(RefusalOf(used)->figures.at("used_by_payment_id") == first.payment_id());
  const v1::PaymentCommandRequest withdraw = World::CommandOn(first.payment_id());
  REQUIRE(WithdrawPayment(world.deps(), world.CallOf("maker", withdraw), withdraw).ok());
  v1::SubmitPaymentRequest third = world.NewRequest(1'000);
  third.mutable_payment()->set_vouchers(0, first.vouchers(0));
  CHECK(Submit(world, third).ok());
}

}  // namespace
}  // namespace fiscus::payments
