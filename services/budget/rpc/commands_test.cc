// Each command RPC once through, with what it answers, and the requests that are malformed.
#include <catch2/catch.hpp>

#include "services/budget/rpc/rpc_fixture.h"

namespace fiscus::budget {

TEST_CASE("A line's budget moves by its RPCs", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  const v1::LedgerResponse made = world.Approve(kLineA, 1'000);
  CHECK(made.line().state() == v1::LINE_STATE_ACTIVE);
  CHECK(made.line().tolerance_profile() == "default");
  CHECK(made.entries(0).operation() == v1::OPERATION_APPROVE);
  CHECK(made.entries(0).debit() == "EXECUTABLE");
  CHECK(made.entries(0).credit() == "BUDGET_SOURCE");
  CHECK(made.entries(0).actor() == "00000000-0000-7000-8000-000000000001");
  world.Approve(kLineB, 10);

  v1::AdjustLineRequest adjust;
  adjust.set_request_id(NewUuid());
  adjust.set_line_id(kLineA);
  adjust.set_expected_version(1);
  World::SetMoney(adjust, 500);
  CHECK(world.Ask(&AdjustLine, adjust)->line().balances().authorised() == 1'500);
  adjust.set_request_id(NewUuid());
  adjust.set_decrease(true);
  CHECK(ReasonOf(world.Ask(&AdjustLine, adjust).status()) == "VERSION_MISMATCH");

  v1::TransferBudgetRequest transfer;
  transfer.set_request_id(NewUuid());
  transfer.set_from_line_id(kLineA);
  transfer.set_to_line_id(kLineB);
  World::SetMoney(transfer, 300);
  const auto moved = world.Ask(&TransferBudget, transfer);
  REQUIRE(moved.ok());
  CHECK(moved->line().balances().authorised() == 1'200);
  CHECK(moved->counter_line().balances().authorised() == 310);
  CHECK(moved->entries_size() == 2);

  v1::FreezeAmountRequest freeze;
  freeze.set_request_id(NewUuid());
  freeze.set_line_id(kLineA);
  World::SetMoney(freeze, 200);
  CHECK(world.Ask(&FreezeAmount, freeze).status().code() == absl::StatusCode::kInvalidArgument);
  freeze.set_document_no("order 7");
  CHECK(world.Ask(&FreezeAmount, freeze)->line().balances().frozen() == 200);
  freeze.set_request_id(NewUuid());
  freeze.set_release(true);
  CHECK(world.Ask(&FreezeAmount, freeze)->line().balances().frozen() == 0);
}

TEST_CASE("An allotment makes the child's line", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::ApproveLineRequest parent = World::ApproveRequest(kLineA, 1'000);
  parent.mutable_line()->clear_project_id();
  CHECK(world.Ask(&ApproveLine, parent).status().code() == absl::StatusCode::kInvalidArgument);
  parent.mutable_line()->set_state(v1::LINE_STATE_PENDING_ALLOTMENT);
  parent.mutable_line()->set_unit_path("/33/");
  REQUIRE(world.Ask(&ApproveLine, parent).ok());
  v1::AllotLineRequest allot;
  allot.set_request_id(NewUuid());
  allot.set_parent_line_id(kLineA);
  allot.mutable_child()->set_line_id(kLineB);
  allot.mutable_child()->set_code("child");
  allot.mutable_child()->set_unit_path("/33/edu/");
  allot.mutable_child()->set_project_id(kProject);
  World::SetMoney(allot, 600);
  allot.set_validate_only(true);
  CHECK(world.Ask(&AllotLine, allot)->line().balances().allotted_down() == 600);
  allot.set_validate_only(false);
  const auto made = world.Ask(&AllotLine, allot);
  REQUIRE(made.ok());
  CHECK(made->counter_line().parent_line_id() == kLineA);
  CHECK(made->counter_line().currency() == "CNY");
  CHECK(made->counter_line().balances().available() == 600);
  CHECK(made->line().balances().available() == 400);
}

TEST_CASE("A contract's payment goes through both phases", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  v1::EncumberRequest encumber;
  encumber.set_request_id(NewUuid());
  encumber.set_line_id(kLineA);
  encumber.set_contract_id(kContract);
  encumber.set_project_id(kProject);
  World::SetMoney(encumber, 950);
  const auto encumbered = world.Ask(&Encumber, encumber);
  REQUIRE(encumbered.ok());
  REQUIRE(encumbered->notices_size() == 1);
  CHECK(encumbered->notices(0).limit().action() == v1::TOLERANCE_ACTION_WARN);
  CHECK(encumbered->notices(0).usage_bp() == 9'500);

  v1::LiquidateRequest liquidate;
  liquidate.set_request_id(NewUuid());
  liquidate.set_line_id(kLineA);
  liquidate.set_contract_id(kContract);
  World::SetMoney(liquidate, 50);
  CHECK(world.Ask(&Liquidate, liquidate)->line().balances().encumbered() == 900);

  v1::ReserveRequest reserve = world.ReserveRequest(400, kPayment);
  reserve.set_contract_id(kContract);
  reserve.set_expires_at("2099-01-01T00:00:00Z");
  const auto reserved = world.Ask(&Reserve, reserve);
  REQUIRE(reserved.ok());
  CHECK(reserved->reservation().state() == v1::RESERVATION_STATE_PENDING);
  CHECK(reserved->line().balances().in_transit() == 400);

  v1::ConfirmReservationRequest confirm;
  confirm.set_request_id(NewUuid());
  confirm.set_reservation_id(kPayment);
  CHECK(world.Ask(&ConfirmReservation, confirm)->reservation().expires_at().empty());

  v1::PostRequest post;
  post.set_request_id(NewUuid());
  post.set_reservation_id(kPayment);
  World::SetMoney(post, 390);
  const auto posted = world.Ask(&Post, post);
  REQUIRE(posted.ok());
  CHECK(posted->line().balances().paid() == 390);
  CHECK(posted->line().balances().encumbered() == 510);
  CHECK(posted->reservation().state() == v1::RESERVATION_STATE_POSTED);

  v1::VoidRequest give_up;
  give_up.set_request_id(NewUuid());
  give_up.set_reservation_id(kPayment);
  give_up.set_effective_date("2026-03-16");
  give_up.set_reason("BANK_REJECTED");
  CHECK(ReasonOf(world.Ask(&Void, give_up).status()) == "RESERVATION_RESOLVED");

  v1::RefundRequest refund;
  refund.set_request_id(NewUuid());
  refund.set_reservation_id(kPayment);
  World::SetMoney(refund, 90);
  const auto refunded = world.Ask(&Refund, refund);
  REQUIRE(refunded.ok());
  CHECK(refunded->line().balances().encumbered() == 600);
  CHECK(refunded->reservation().refunded() == 90);

  // The contract is closed: needs no amount, releases all, and takes nothing back.
  liquidate.set_request_id(NewUuid());
  liquidate.clear_amount();
  CHECK(world.Ask(&Liquidate, liquidate).status().code() == absl::StatusCode::kInvalidArgument);
  liquidate.set_contract_over(true);
  CHECK(world.Ask(&Liquidate, liquidate)->line().balances().encumbered() == 0);
  refund.set_request_id(NewUuid());
  const auto freed = world.Ask(&Refund, refund);
  REQUIRE(freed.ok());
  CHECK(freed->entries(0).debit() == "EXECUTABLE");
  CHECK(freed->line().balances().available() == 1'000 - 390 + 180);
}

TEST_CASE("A voided reservation carries its reason", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  REQUIRE(world.Ask(&Reserve, world.ReserveRequest(400, kPayment)).ok());
  v1::VoidRequest give_up;
  give_up.set_request_id(NewUuid());
  give_up.set_reservation_id(kPayment);
  give_up.set_effective_date("2026-03-16");
  give_up.set_reason("BANK_REJECTED");
  const auto voided = world.Ask(&Void, give_up);
  REQUIRE(voided.ok());
  CHECK(voided->entries(0).document_no() == "BANK_REJECTED");
  CHECK(voided->entries(0).effective_date() == "2026-03-16");
  CHECK(voided->line().balances().available() == 1'000);
}

TEST_CASE("A batch answers each item, in order", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  v1::BatchReserveRequest batch;
  CHECK(world.Ask(&BatchReserve, batch).status().code() == absl::StatusCode::kInvalidArgument);
  batch.set_request_id(NewUuid());
  *batch.add_requests() = world.ReserveRequest(700);
  *batch.add_requests() = world.ReserveRequest(400);
  *batch.add_requests() = world.ReserveRequest(1, "not a uuid");
  *batch.add_requests() = world.ReserveRequest(300);
  batch.mutable_requests(3)->set_validate_only(true);
  const auto answer = world.Ask(&BatchReserve, batch);
  REQUIRE(answer.ok());
  REQUIRE(answer->results_size() == 4);
  CHECK(answer->results(0).status().code() == 0);
  CHECK(answer->results(0).response().line().balances().in_transit() == 700);
  CHECK(answer->results(1).status().reason() == "EXCEEDS_AVAILABLE");
  CHECK(answer->results(1).status().metadata().at("available") == "300");
  CHECK(answer->results(2).status().reason() == "FIELD_INVALID");
  CHECK(answer->results(3).status().code() == 0);
  // The same batch again: the same answers. An item of it as a single call is the same request,
  // too.
  CHECK(world.Ask(&BatchReserve, batch)->results(1).status().reason() == "EXCEEDS_AVAILABLE");
  v1::GetLineRequest get;
  get.set_line_id(kLineA);
  CHECK(GetLine(world.deps(), world.CallFor("budget.read", "GetLine", get), get)
            ->balances()
            .in_transit() == 700);
  for (int i = 0; i < 1'000; ++i) *batch.add_requests() = world.ReserveRequest(1);
  batch.set_request_id(NewUuid());
  CHECK(world.Ask(&BatchReserve, batch).status().code() == absl::StatusCode::kInvalidArgument);
}

namespace {

v1::ObservedOperation Fact(v1::Operation operation, int64_t minor) {
  v1::ObservedOperation fact;
  fact.set_request_id(NewUuid());
  fact.set_line_id(kLineA);
  fact.set_operation(operation);
  fact.set_unit_path("/33/edu/");
  fact.set_source_ref("file:row 7");
  World::SetMoney(fact, minor);
  if (operation == v1::OPERATION_APPROVE) {
    *fact.mutable_line() = World::ApproveRequest(kLineA, minor).line();
    fact.mutable_line()->set_mode(v1::LINE_MODE_OBSERVED);
  }
  return fact;
}

}  // namespace

TEST_CASE("Facts are recorded in order, marked and idempotent", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::BatchRecordObservedRequest batch;
  batch.set_request_id(NewUuid());
  *batch.add_operations() = Fact(v1::OPERATION_APPROVE, 1'000);
  *batch.add_operations() = Fact(v1::OPERATION_ENCUMBER, 600);
  *batch.add_operations() = Fact(v1::OPERATION_OBSERVED_PAY, 1'200);
  *batch.add_operations() = Fact(v1::OPERATION_REFUND, 2'000);
  *batch.add_operations() = Fact(v1::OPERATION_RESERVE, 1);
  *batch.add_operations() = Fact(v1::OPERATION_OBSERVED_PAY, 1);
  batch.mutable_operations(5)->set_unit_path("/33/health/");
  const auto check = [](const v1::BatchRecordObservedResponse& answer) {
    REQUIRE(answer.results_size() == 6);
    CHECK(answer.results(0).status().code() == 0);
    CHECK(answer.results(1).status().code() == 0);
    CHECK_FALSE(answer.results(1).overspends());
    CHECK(answer.results(2).status().code() == 0);
    CHECK(answer.results(2).overspends());
    CHECK(answer.results(3).status().reason() == "EXCEEDS_PAID");
    CHECK(answer.results(4).status().reason() == "FIELD_INVALID");
    CHECK(answer.results(5).status().reason() == "LINE_NOT_FOUND");
  };
  // A rehearsal sees its own operations and leaves nothing.
  batch.set_validate_only(true);
  check(*world.Ask(&BatchRecordObserved, batch));
  check(*world.Ask(&BatchRecordObserved, batch));
  batch.set_validate_only(false);
  batch.set_request_id(NewUuid());
  const auto first = world.Ask(&BatchRecordObserved, batch);
  REQUIRE(first.ok());
  check(*first);
  CHECK_FALSE(first->results(0).replayed());
  // The file again, under another batch id: every operation is known.
  batch.set_request_id(NewUuid());
  const auto again = world.Ask(&BatchRecordObserved, batch);
  REQUIRE(again.ok());
  check(*again);
  CHECK(again->results(0).replayed());
  CHECK(again->results(2).replayed());
  // A changed amount under the same id collides.
  batch.set_request_id(NewUuid());
  batch.mutable_operations(2)->mutable_amount()->set_minor(1'300);
  CHECK(world.Ask(&BatchRecordObserved, batch)->results(2).status().reason() ==
        "REQUEST_ID_REUSED");
}

namespace {

// The reasons of a batch's results, e.g. "ok EXCEEDS_PAID ", and the culprit that a neighbour
// names.
std::string ReasonsOf(const v1::BatchRecordObservedResponse& answer) {
  std::string reasons;
  for (const v1::ObservedResult& result : answer.results()) {
    reasons += result.status().code() == 0 ? "ok" : result.status().reason();
    const auto index = result.status().metadata().find("index");
    if (index != result.status().metadata().end()) {
      reasons += "(" + index->second + "," + result.status().metadata().at("reason") + ")";
    }
    reasons += result.replayed() ? "* " : " ";
  }
  return reasons;
}

}  // namespace

TEST_CASE("The facts of a group are recorded all or none", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::BatchRecordObservedRequest batch;
  const auto add = [&](v1::Operation operation, int64_t minor, const std::string& group) {
    *batch.add_operations() = Fact(operation, minor);
    batch.mutable_operations()->rbegin()->set_group(group);
  };
  const auto ask = [&] {
    batch.set_request_id(NewUuid());
    return ReasonsOf(*world.Ask(&BatchRecordObserved, batch));
  };
  const auto line = [&]() -> v1::BudgetLine {
    v1::GetLineRequest get;
    get.set_line_id(kLineA);
    const auto found = GetLine(world.deps(), world.CallFor("budget.read", "GetLine", get), get);
    return found.ok() ? *found : v1::BudgetLine();
  };
  // A line that is made in a refused group is not there afterwards.
  add(v1::OPERATION_APPROVE, 1'000, "row 1");
  add(v1::OPERATION_OBSERVED_PAY, 300, "row 1");
  add(v1::OPERATION_REFUND, 301, "row 1");
  add(v1::OPERATION_OBSERVED_PAY, 1, "");
  const std::string refused =
      "GROUP_REFUSED(2,EXCEEDS_PAID) GROUP_REFUSED(2,EXCEEDS_PAID) EXCEEDS_PAID LINE_NOT_FOUND ";
  batch.set_validate_only(true);
  CHECK(ask() == refused);
  batch.set_validate_only(false);
  CHECK(ask() == refused);
  CHECK(ask() == refused);
  CHECK(line().version() == 0);

  // The same row under new ids, set right; the next row's group falls alone, the one after stands.
  batch.clear_operations();
  add(v1::OPERATION_APPROVE, 1'000, "row 1");
  add(v1::OPERATION_OBSERVED_PAY, 300, "row 1");
  add(v1::OPERATION_OBSERVED_PAY, 50, "row 2");
  add(v1::OPERATION_REFUND, 351, "row 2");
  add(v1::OPERATION_REFUND, 300, "row 3");
  const std::string mixed = "ok ok GROUP_REFUSED(1,EXCEEDS_PAID) EXCEEDS_PAID ok ";
  batch.set_validate_only(true);
  CHECK(ask() == mixed);
  batch.set_validate_only(false);
  CHECK(ask() == mixed);
  CHECK(ask() == "ok* ok* GROUP_REFUSED(1,EXCEEDS_PAID) EXCEEDS_PAID ok* ");
  CHECK(line().version() == 3);
  CHECK(line().balances().paid() == 300);
  CHECK(line().balances().refunded() == 300);

  // A group with another member, a changed one or without one is another request.
  const v1::BatchRecordObservedRequest whole = batch;
  const std::string reused = "REQUEST_ID_REUSED REQUEST_ID_REUSED ";
  const auto first_row = [&] {
    batch = whole;
    batch.mutable_operations()->DeleteSubrange(2, 3);
  };
  first_row();
  batch.mutable_operations(1)->mutable_amount()->set_minor(299);
  CHECK(ask() == reused);
  first_row();
  add(v1::OPERATION_OBSERVED_PAY, 7, "row 1");
  CHECK(ask() == reused + "REQUEST_ID_REUSED ");
  batch.mutable_operations()->DeleteSubrange(0, 2);
  CHECK(ask() == "ok ");  // the refusal did not use up the new member's id
  first_row();
  batch.mutable_operations()->RemoveLast();
  CHECK(ask() == "REQUEST_ID_REUSED ");
  first_row();
  batch.mutable_operations(0)->clear_group();
  batch.mutable_operations(1)->clear_group();
  CHECK(ask() == reused);
  CHECK(line().version() == 4);
}

TEST_CASE("A malformed or doubled member refuses its group", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::BatchRecordObservedRequest batch;
  batch.set_request_id(NewUuid());
  for (const auto operation :
       {v1::OPERATION_APPROVE, v1::OPERATION_OBSERVED_PAY, v1::OPERATION_RESERVE}) {
    *batch.add_operations() = Fact(operation, 100);
    batch.mutable_operations()->rbegin()->set_group("row 1");
  }
  CHECK(ReasonsOf(*world.Ask(&BatchRecordObserved, batch)) ==
        "GROUP_REFUSED(2,FIELD_INVALID) GROUP_REFUSED(2,FIELD_INVALID) FIELD_INVALID ");
  batch.set_request_id(NewUuid());
  *batch.mutable_operations(2) = batch.operations(1);
  CHECK(ReasonsOf(*world.Ask(&BatchRecordObserved, batch)) ==
        "REQUEST_ID_REUSED REQUEST_ID_REUSED REQUEST_ID_REUSED ");
  // Nothing of it was kept, so the group may be sent again set right.
  batch.set_request_id(NewUuid());
  batch.mutable_operations()->RemoveLast();
  CHECK(ReasonsOf(*world.Ask(&BatchRecordObserved, batch)) == "ok ok ");
  batch.set_request_id(NewUuid());
  batch.mutable_operations(0)->set_group(std::string(101, 'x'));
  CHECK(ReasonsOf(*world.Ask(&BatchRecordObserved, batch)) == "FIELD_INVALID REQUEST_ID_REUSED ");
}

TEST_CASE("Malformed requests name every field", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::ReserveRequest request;
  request.set_request_id(NewUuid());
  const auto violations = ViolationsOf(world.Ask(&Reserve, request).status());
  std::string fields;
  for (const FieldViolation& violation : violations) fields += violation.field + " ";
  CHECK(fields == "line_id reservation_id project_id amount.currency effective_date ");
  v1::ApproveLineRequest approve = World::ApproveRequest(kLineA, 1);
  approve.mutable_line()->set_fiscal_year(26);
  approve.mutable_line()->set_unit_path("33");
  approve.mutable_line()->set_mode(v1::LINE_MODE_UNSPECIFIED);
  approve.mutable_line()->set_tolerance_profile("No Name");
  CHECK(ViolationsOf(world.Ask(&ApproveLine, approve).status()).size() == 4);
}

}  // namespace fiscus::budget
