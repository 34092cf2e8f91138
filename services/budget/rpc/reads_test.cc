// Reads: what they show, to whom, page by page; verification; profiles and fund plans.
#include <catch2/catch.hpp>
#include <pqxx/pqxx>
#include <set>

#include "services/budget/rpc/resolve.h"
#include "services/budget/rpc/rpc_fixture.h"
#include "services/budget/store/queries.h"

namespace fiscus::budget {
namespace {

std::string LineId(int number) {
  return "00000000-0000-7000-8000-00000000000" + std::to_string(number);
}

// Five lines of 100 … 500 fen, the even ones of another unit.
void FiveLines(World& world) {
  for (int i = 1; i <= 5; ++i) {
    v1::ApproveLineRequest request = World::ApproveRequest(LineId(i), 100 * i);
    if (i % 2 == 0) request.mutable_line()->set_unit_path("/33/health/");
    REQUIRE(world.Ask(&ApproveLine, request).ok());
  }
}

}  // namespace

TEST_CASE("Every query of the ledger fits its schema", "[budget][store][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  CHECK(world.database().PrepareAll(sql::kAll) == absl::OkStatus());
}

TEST_CASE("ListLines gives pages within the caller's scope", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  FiveLines(world);
  v1::ListLinesRequest request;
  request.set_page_size(2);
  const auto all_pages = [&](const std::string& scope) {
    std::string seen;
    request.clear_page_token();
    for (;;) {
      const Call call = world.CallFor("budget.read", "ListLines", request, scope);
      const auto page = ListLines(world.deps(), call, request);
      REQUIRE(page.ok());
      for (const v1::BudgetLine& line : page->lines()) seen += line.line_id().back();
      seen += "|";
      if (page->next_page_token().empty()) return seen;
      request.set_page_token(page->next_page_token());
    }
  };
  CHECK(all_pages("/") == "12|34|5|");
  CHECK(all_pages("/33/health/") == "24|");
  CHECK(all_pages("/34/") == "|");
  request.set_under_path("/33/edu/");
  CHECK(all_pages("/33/") == "13|5|");
  request.set_project_id(kProject);
  CHECK(all_pages("/33/") == "13|5|");
  request.set_fiscal_year(2025);
  CHECK(all_pages("/33/") == "|");
  request.set_page_size(-1);
  const Call call = world.CallFor("budget.read", "ListLines", request);
  CHECK(ListLines(world.deps(), call, request).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("GetTotals equals the sum of the lines", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  FiveLines(world);
  v1::GetTotalsRequest request;
  const auto totals =
      GetTotals(world.deps(), world.CallFor("budget.read", "GetTotals", request), request);
  REQUIRE(totals.ok());
  REQUIRE(totals->by_unit_size() == 2);
  CHECK(totals->by_unit(0).unit_path() == "/33/edu/");
  CHECK(totals->by_unit(0).balances().authorised() == 900);
  CHECK(totals->by_unit(1).balances().authorised() == 600);
  REQUIRE(totals->in_all_size() == 1);
  CHECK(totals->in_all(0).lines() == 5);
  CHECK(totals->in_all(0).balances().available() == 1'500);
  const auto health = GetTotals(
      world.deps(), world.CallFor("budget.read", "GetTotals", request, "/33/health/"), request);
  CHECK(health->in_all(0).balances().approved() == 600);
  // Two lines of nearly 2^63 each: their sum has no place in the answer, and is not cut.
  v1::ApproveLineRequest large = World::ApproveRequest(LineId(6), 9'000'000'000'000'000'000);
  REQUIRE(world.Ask(&ApproveLine, large).ok());
  large = World::ApproveRequest(LineId(7), 9'000'000'000'000'000'000);
  REQUIRE(world.Ask(&ApproveLine, large).ok());
  CHECK(GetTotals(world.deps(), world.CallFor("budget.read", "GetTotals", request), request)
            .status()
            .code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("The journal, a line and a reservation can be read", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  for (int i = 0; i < 4; ++i) REQUIRE(world.Ask(&Reserve, world.ReserveRequest(10)).ok());
  REQUIRE(world.Ask(&Reserve, world.ReserveRequest(5, kPayment)).ok());
  v1::ListEntriesRequest entries;
  entries.set_line_id(kLineA);
  entries.set_page_size(4);
  const Call call = world.CallFor("budget.read", "ListEntries", entries);
  const auto first = ListEntries(world.deps(), call, entries);
  REQUIRE(first.ok());
  CHECK(first->entries_size() == 4);
  entries.set_page_token(first->next_page_token());
  const auto second = ListEntries(world.deps(), call, entries);
  REQUIRE(second.ok());
  REQUIRE(second->entries_size() == 2);
  CHECK(second->entries(1).line_version() == 6);
  CHECK(second->entries(1).payment_id() == kPayment);
  CHECK(second->next_page_token().empty());

  v1::GetReservationRequest reservation;
  reservation.set_reservation_id(kPayment);
  CHECK(GetReservation(world.deps(), call, reservation)->amount() == 5);
  reservation.set_reservation_id(kContract);
  CHECK(ReasonOf(GetReservation(world.deps(), call, reservation).status()) ==
        "RESERVATION_NOT_FOUND");
  v1::GetLineRequest line;
  line.set_line_id(kLineB);
  CHECK(ReasonOf(GetLine(world.deps(), call, line).status()) == "LINE_NOT_FOUND");
}

TEST_CASE("Units are resolved for authorisation, unknown ids are refused", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  REQUIRE(world.Ask(&Reserve, world.ReserveRequest(5, kPayment)).ok());
  const auto resolve = UnitsOfLedger(world.deps());
  v1::GetLineRequest request;
  Call call = world.CallFor("budget.read", "GetLine", request);
  for (int round = 0; round < 2; ++round) {  // from the database, then from memory
    CHECK(*resolve(call, "line", {kLineA}) == std::vector<std::string>{"/33/edu/"});
    CHECK(*resolve(call, "reservation", {kPayment}) == std::vector<std::string>{"/33/edu/"});
  }
  CHECK(ReasonOf(resolve(call, "line", {kLineA, kLineB}).status()) == "LINE_NOT_FOUND");
  CHECK(ReasonOf(resolve(call, "reservation", {kLineB}).status()) == "RESERVATION_NOT_FOUND");
  call.caller.tenant = "t2";
  CHECK(ReasonOf(resolve(call, "line", {kLineA}).status()) == "LINE_NOT_FOUND");
}

TEST_CASE("CheckAvailability answers as Reserve would", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  v1::CheckAvailabilityRequest request;
  request.set_line_id(kLineA);
  request.set_project_id(kProject);
  World::SetMoney(request, 900);
  const Call call = world.CallFor("budget.read", "CheckAvailability", request);
  const auto fits = CheckAvailability(world.deps(), call, request);
  REQUIRE(fits.ok());
  CHECK(fits->accepted());
  CHECK(fits->notices_size() == 2);
  CHECK(fits->line().balances().available() == 1'000);
  World::SetMoney(request, 1'001);
  const auto exceeds = CheckAvailability(world.deps(), call, request);
  CHECK_FALSE(exceeds->accepted());
  CHECK(exceeds->status().reason() == "EXCEEDS_AVAILABLE");
  request.set_contract_id(kContract);
  CHECK(CheckAvailability(world.deps(), call, request)->status().reason() == "EXCEEDS_ENCUMBRANCE");
  request.set_line_id(kLineB);
  CHECK(CheckAvailability(world.deps(), call, request)->status().reason() == "LINE_NOT_FOUND");
}

TEST_CASE("VerifyLedger finds nothing in a sound ledger and everything in a damaged one",
          "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  FiveLines(world);
  world.Approve(kLineA, 1'000);
  REQUIRE(world.Ask(&Reserve, world.ReserveRequest(5, kPayment)).ok());
  const v1::VerifyLedgerRequest request;
  const Call call = world.CallFor("budget.verify", "VerifyLedger", request);
  const auto sound = VerifyLedger(world.deps(), call, request);
  REQUIRE(sound.ok());
  CHECK(sound->lines() == 6);
  CHECK(sound->entries() == 7);
  CHECK(sound->differences_size() == 0);

  pqxx::connection superuser(world.database().owner_dsn());
  pqxx::nontransaction damage(superuser);
  damage.exec("UPDATE budget_line SET approved = approved + 1 WHERE line_id = '" + LineId(2) + "'");
  damage.exec("UPDATE reservation SET amount = 6");
  damage.exec("UPDATE budget_line SET transferred_in = 9 WHERE line_id = '" + LineId(3) + "'");
  damage.exec("ALTER TABLE journal_entry DISABLE TRIGGER ALL");
  damage.exec("DELETE FROM journal_entry WHERE line_id = '" + LineId(4) + "'");
  damage.exec("UPDATE journal_entry SET line_id = '" + kContract + "' WHERE line_id = '" +
              LineId(5) + "'");
  const auto damaged = VerifyLedger(world.deps(), call, request);
  REQUIRE(damaged.ok());
  std::set<std::string> found;
  for (const v1::LedgerDifference& difference : damaged->differences()) {
    found.insert(difference.line_id().substr(std::max<size_t>(difference.line_id().size(), 2) - 2) +
                 " " + difference.invariant());
  }
  CHECK(found ==
        std::set<std::string>{" L4", "02 L6", "03 L6", "04 L6", "05 L6", "0a L3", "c1 L6"});
}

TEST_CASE("A tolerance profile can be defined and is in force at once", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'000);
  const v1::ListToleranceProfilesRequest list;
  const Call read = world.CallFor("budget.read", "ListToleranceProfiles", list);
  const auto before = ListToleranceProfiles(world.deps(), read, list);
  REQUIRE(before->profiles_size() == 1);
  CHECK(before->profiles(0).limits_size() == 5);

  v1::PutToleranceProfileRequest put;
  put.mutable_profile()->set_name("default");
  v1::ToleranceLimit& limit = *put.mutable_profile()->add_limits();
  limit.set_group(v1::TOLERANCE_GROUP_PAY);
  limit.set_usage_bp(5'000);
  CHECK(PutToleranceProfile(world.deps(), world.CallFor("x", "Put", put), put).status().code() ==
        absl::StatusCode::kInvalidArgument);
  limit.set_action(v1::TOLERANCE_ACTION_BLOCK);
  REQUIRE(PutToleranceProfile(world.deps(), world.CallFor("x", "Put", put), put).ok());
  put.mutable_profile()->set_name("strict");
  put.mutable_profile()->clear_limits();
  REQUIRE(PutToleranceProfile(world.deps(), world.CallFor("x", "Put", put), put).ok());
  const auto after = ListToleranceProfiles(world.deps(), read, list);
  REQUIRE(after->profiles_size() == 2);
  CHECK(after->profiles(0).limits_size() == 1);
  CHECK(after->profiles(1).limits_size() == 0);
  CHECK(world.Ask(&Reserve, world.ReserveRequest(500)).ok());
  CHECK(ReasonOf(world.Ask(&Reserve, world.ReserveRequest(1)).status()) == "TOLERANCE_BLOCK");
  v1::ApproveLineRequest unknown = World::ApproveRequest(kLineB, 1);
  unknown.mutable_line()->set_tolerance_profile("unknown");
  CHECK(ReasonOf(world.Ask(&ApproveLine, unknown).status()) == "PROFILE_NOT_FOUND");
}

TEST_CASE("A fund plan is set with its event", "[budget][rpc][pg]") {
  FISCUS_NEEDS_PG();
  World world;
  world.Approve(kLineA, 1'200);
  v1::SetFundPlanRequest request;
  request.set_line_id(kLineA);
  request.set_effective_date("2026-01-05");
  const auto set = [&] {
    return SetFundPlan(world.deps(), world.CallFor("budget.adjust", "SetFundPlan", request),
                       request);
  };
  CHECK(set().status().code() == absl::StatusCode::kInvalidArgument);
  for (int month = 0; month < 12; ++month) request.add_monthly(100);
  const auto plan = set();
  REQUIRE(plan.ok());
  CHECK(plan->monthly_size() == 12);
  request.set_monthly(11, -1);
  CHECK(set().status().code() == absl::StatusCode::kInvalidArgument);
  request.set_monthly(11, 50);
  CHECK(set().ok());
  request.set_effective_date("2027-01-05");
  CHECK(ReasonOf(set().status()) == "PERIOD_CLOSED");
  request.set_line_id(kLineB);
  CHECK(ReasonOf(set().status()) == "LINE_NOT_FOUND");
  pqxx::connection superuser(world.database().owner_dsn());
  pqxx::nontransaction work(superuser);
  CHECK(work.exec("SELECT sum(amount)::text FROM fund_plan")[0][0].c_str() == std::string("1150"));
  CHECK(work.exec("SELECT max(sequence)::text FROM outbox WHERE aggregate = 'budget-lines/" +
                  kLineA + "'")[0][0]
            .c_str() == std::string("3"));
}

}  // namespace fiscus::budget
