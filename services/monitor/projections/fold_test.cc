// The projections: each event's effect on the state, and the indicators by tables.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "services/monitor/projections/calendar.h"
#include "services/monitor/projections/fold.h"
#include "services/monitor/projections/indicators.h"

namespace fiscus::monitor {
namespace {

Day D(std::string_view text) { return ParseDay(text); }

LineView Line(int64_t authorised, int64_t encumbered, int64_t in_transit, int64_t paid,
              int64_t refunded) {
  return {"line-1",   "p-1",      "/a/",      "CNY", 2026,    false, LineStatus::kActive,
          authorised, encumbered, in_transit, paid,  refunded};
}

ProjectChanged Executing(std::string_view day) {
  return {"p-1",           "/a/", "CNY", ProjectStatus::kExecuting, false, 50'000, D("2026-01-01"),
          D("2026-12-31"), 0,     D(day)};
}

WorkItemView Item(std::string_view id, int64_t value, int64_t certified,
                  std::string_view contract = "c-1") {
  return {id, contract, value, 1000, certified, D("2026-01-01"), D("2026-01-10")};
}

}  // namespace

TEST_CASE("days round-trip and share out years and periods", "[monitor][calendar]") {
  CHECK(ParseDay("1970-01-01") == 0);
  CHECK(ParseDay("2026-02-29") == kNoDay);
  CHECK(ParseDay("") == kNoDay);
  CHECK(FormatDay(ParseDay("2024-02-29")) == "2024-02-29");
  CHECK(FormatDay(kNoDay).empty());
  CHECK(YearMonthOf(D("2026-06-30")).month == 6);
  struct Row {
    const char* day;
    int expect;
  };
  for (const Row& row :
       {Row{"2025-12-31", 0}, Row{"2026-01-01", 27}, Row{"2026-07-02", 5013},
        Row{"2026-12-30", 9972}, Row{"2026-12-31", 10'000}, Row{"2027-06-01", 10'000}}) {
    CAPTURE(row.day);
    CHECK(YearElapsedBp(2026, D(row.day)) == row.expect);
  }
  CHECK(ElapsedBp(D("2026-01-01"), D("2026-01-01"), D("2026-01-01")) == 10'000);
}

TEST_CASE("an entry sets the balances of its line and, outside contracts, the other commitments",
          "[monitor][fold]") {
  ProjectState project;
  const Touched touched =
      Apply(EntryPosted{Line(1000, 0, 100, 200, 50), "", 0, D("2026-03-01")}, project);
  REQUIRE(touched.line != nullptr);
  CHECK(touched.line->amounts == Amounts{1000, 0, 100, 200, 50, 0});
  CHECK(touched.line->active_since == D("2026-03-01"));
  CHECK(project.other_committed == 250);
  CHECK(project.unit_path == "/a/");
  CHECK(project.currency == "CNY");
  CHECK(project.as_of == D("2026-03-01"));
  Apply(EntryPosted{Line(1000, 400, 100, 200, 50), "c-1", 0, D("2026-02-01")},
        project);  // under a contract, dated earlier
  CHECK(project.other_committed == 250);
  CHECK(project.as_of == D("2026-03-01"));
  CHECK(project.lines[0].active_since == D("2026-03-01"));
  CHECK(project.contracts.empty());
}

TEST_CASE("a payment reported on an observed line counts for its contract", "[monitor][fold]") {
  ProjectState project;
  LineView line = Line(1000, 0, 0, 300, 0);
  line.observed = true;
  const Touched touched = Apply(EntryPosted{line, "c-1", 300, D("2026-03-01")}, project);
  REQUIRE(touched.contracts.size() == 1);
  CHECK(touched.contracts[0]->paid == 300);
  CHECK(touched.line->observed);
}

TEST_CASE("payments count once, by the difference to what is known", "[monitor][fold]") {
  ProjectState project;
  PaymentState payment;
  const auto at = [&](int64_t cleared, int64_t refunded) {
    return Apply(PaymentChanged{"pay", "p-1", "c-1", "line-1", "/a/", "CNY", true, cleared,
                                refunded, D("2026-03-01")},
                 project, payment);
  };
  CHECK(at(0, 0).contracts.empty());
  CHECK(project.lines.empty());
  CHECK(at(500, 0).contracts.size() == 1);
  CHECK(at(500, 0).contracts.empty());
  at(500, 120);
  CHECK(project.contracts[0].paid == 500);
  CHECK(project.contracts[0].refunded == 120);
  CHECK(project.contracts[0].advance_paid == 380);
  CHECK(project.lines[0].amounts.cleared == 500);
  CHECK(project.lines[0].fiscal_year == 0);
}

TEST_CASE("the work items give progress, earned and planned value", "[monitor][fold]") {
  ProjectState project;
  Apply(ContractChanged{"c-1", "p-1", "/a/", ContractStatus::kEffective, 1000, 0, D("2026-01-01")},
        project);
  Apply(
      BaselineSet{
          "p-1", "/a/", {Item("w-1", 600, 0), Item("w-2", 400, 500, "")}, {}, D("2026-01-01")},
      project);
  CHECK(project.physical_bp == 2000);
  Apply(
      MeasurementCertified{
          "p-1", "/a/", 2000, 5000, {Item("w-1", 600, 500)}, {{"c-1", 300}}, D("2026-01-05")},
      project);
  const Indicators now = Compute(project);
  CHECK(now.physical_bp == 5000);
  CHECK(now.bac == 1000);
  CHECK(now.ev == 500);
  CHECK(now.pv == 500);  // 5 of 10 days
  CHECK(now.spi_bp == 10'000);
  CHECK_FALSE(now.cpi_bp.has_value());  // nothing paid
  CHECK(project.contracts[0].certified == 300);
  CHECK(project.contracts[0].items_value == 600);
  CHECK(project.contracts[0].items_earned == 300);
  CHECK(project.ev_since == D("2026-01-01"));
  CHECK(project.stall_since == D("2026-01-05"));
}

TEST_CASE("a contract that a payment speaks of first has its work items", "[monitor][fold]") {
  ProjectState project;
  Apply(BaselineSet{"p-1", "/a/", {Item("w-1", 600, 500)}, {}, D("2026-01-01")}, project);
  PaymentState payment;
  Apply(PaymentChanged{"pay", "p-1", "c-1", "", "/a/", "CNY", false, 100, 0, kNoDay}, project,
        payment);
  REQUIRE(project.contracts.size() == 1);
  CHECK(project.contracts[0].items_value == 600);
  CHECK(project.contracts[0].items_earned == 300);
}

TEST_CASE("the earned value set follows its formulas", "[monitor][indicators]") {
  ProjectState project;
  project.as_of = D("2026-01-05");
  project.baseline.items.push_back({"w", "", 1000, 1000, 400, D("2026-01-01"), D("2026-01-10")});
  project.lines.emplace_back();
  project.lines[0].fiscal_year = 2025;
  project.lines[0].amounts.paid = 550;
  project.lines[0].amounts.refunded = 50;
  const Indicators now = Compute(project);
  CHECK(now.ac == 500);
  CHECK(now.cpi_bp == 8000);     // 400/500
  CHECK(now.spi_bp == 8000);     // 400/500
  CHECK(now.eac == 1437);        // 500 + 600/0.64 = 1437.5, rounded down
  CHECK(now.tcpi_bp == 12'000);  // 600/500
  project.lines[0].amounts.paid = 1050;
  CHECK_FALSE(Compute(project).tcpi_bp.has_value());  // nothing left of the budget
}

TEST_CASE("values near the end of int64 saturate instead of overflowing", "[monitor][indicators]") {
  const int64_t huge = std::numeric_limits<int64_t>::max();
  ProjectState project;
  project.as_of = D("2026-01-05");
  for (int i = 0; i < 2; ++i) {
    project.lines.emplace_back();
    project.lines.back().fiscal_year = 2026;
    project.lines.back().amounts = {huge, huge, huge, huge, 0, huge};
    project.baseline.items.push_back({"w", "", huge, 1000, 1000, D("2026-01-01"), D("2026-01-10")});
  }
  const Indicators now = Compute(project);
  CHECK(now.amounts.authorised == huge);
  CHECK(now.execution_rate_bp == 10'000);
  CHECK(now.bac == huge);
  CHECK(now.ev == huge);
}

TEST_CASE("the judged year is the latest that has begun, else the first to come",
          "[monitor][indicators]") {
  ProjectState project;
  const auto line = [&](int year, int64_t authorised) {
    project.lines.emplace_back();
    project.lines.back().fiscal_year = year;
    project.lines.back().amounts.authorised = authorised;
  };
  CHECK(JudgedYear(project) == 0);
  project.as_of = D("2026-06-30");
  line(2027, 7);
  CHECK(JudgedYear(project) == 2027);
  CHECK_FALSE(Compute(project).deviation_bp.has_value());
  line(2025, 5);
  line(2026, 6);
  CHECK(JudgedYear(project) == 2026);
  CHECK(Compute(project).amounts.authorised == 6);
  CHECK(Compute(project).planned_execution_bp == 4958);
  CHECK(Compute(project).deviation_bp == 4958);
  project.as_of = D("2027-01-01");
  CHECK(Compute(project).amounts.authorised == 7);
}

TEST_CASE("f is what live contracts were paid of their value", "[monitor][indicators]") {
  ProjectState project;
  CHECK_FALSE(Compute(project).financial_bp.has_value());
  Apply(ContractChanged{"c-1", "p-1", "/a/", ContractStatus::kEffective, 1000, 0, kNoDay}, project);
  Apply(ContractChanged{"c-2", "p-1", "/a/", ContractStatus::kDraft, 9000, 0, kNoDay}, project);
  project.contracts[0].paid = 400;
  project.contracts[0].refunded = 100;
  CHECK(Compute(project).financial_bp == 3000);
}

TEST_CASE("progress is remembered a month back, and a late measurement does not rewrite it",
          "[monitor][fold]") {
  ProjectState project;
  const auto measure = [&](std::string_view day, int32_t before, int32_t now) {
    Apply(MeasurementCertified{"p-1", "/a/", before, now, {}, {}, D(day)}, project);
  };
  CHECK_FALSE(PhysicalAt(project, D("2026-01-01")).has_value());
  measure("2026-01-10", 0, 1000);
  CHECK(PhysicalAt(project, D("2026-01-03")) == 0);  // before the first: what it was before it
  measure("2026-02-01", 1000, 2000);
  measure("2026-01-20", 2000, 2500);
  CHECK(PhysicalAt(project, D("2026-01-25")) == 1000);
  CHECK(PhysicalAt(project, D("2026-02-01")) == 2500);
  CHECK(project.step_fall_bp == 0);
  measure("2026-04-01", 2500, 2400);
  CHECK(project.step_fall_bp == 100);
  CHECK(project.progress.size() == 2);
  CHECK(PhysicalAt(project, D("2026-03-01")) == 2500);
}

TEST_CASE("progress of a project is known only where there is something to measure",
          "[monitor][fold]") {
  ProjectState project;
  Apply(Executing("2026-01-15"), project);
  CHECK_FALSE(project.physical_bp.has_value());
  CHECK(project.stall_since == D("2026-01-15"));
  CHECK(Compute(project).time_bp == 410);
  ProjectChanged observed = Executing("2026-01-15");
  observed.observed = true;
  observed.physical_bp = 0;
  Apply(observed, project);
  CHECK(project.physical_bp == 0);
}

TEST_CASE(
    "milestones keep their warnings when the baseline is set anew; those dropped are handed over",
    "[monitor][fold]") {
  ProjectState project;
  Apply(
      BaselineSet{"p-1",
                  "/a/",
                  {},
                  {{"m-1", D("2026-02-01"), kNoDay, true}, {"m-2", D("2026-03-01"), kNoDay, false}},
                  D("2026-01-01")},
      project);
  project.baseline.milestones[0].slots.push_back({1, {}});
  project.baseline.milestones[1].slots.push_back({2, {}});
  const Touched touched = Apply(
      BaselineSet{"p-1", "/a/", {}, {{"m-2", D("2026-04-01"), kNoDay, false}}, D("2026-01-02")},
      project);
  REQUIRE(project.baseline.milestones.size() == 1);
  CHECK(project.baseline.milestones[0].slots.size() == 1);
  CHECK(project.baseline.milestones[0].due == D("2026-04-01"));
  REQUIRE(touched.removed_milestones.size() == 1);
  CHECK(touched.removed_milestones[0].milestone_id == "m-1");
  Apply(
      MilestoneChanged{
          "p-1", "/a/", {"m-2", D("2026-04-01"), D("2026-03-30"), false}, D("2026-03-30")},
      project);
  CHECK(project.baseline.milestones[0].met == D("2026-03-30"));
}

TEST_CASE("a plan, a refusal and a state change reach their line", "[monitor][fold]") {
  ProjectState project;
  FundPlanSet plan{
      .line_id = "line-1", .project_id = "p-1", .unit_path = "/a/", .date = D("2026-01-02")};
  plan.monthly[0] = 7;
  CHECK(Apply(plan, project).line->plan[0] == 7);
  CHECK(Apply(CommandRefused{"line-1", "p-1", "/a/", 12'000, 5, true, D("2026-01-03")}, project)
            .line->line_id == "line-1");
  LineView frozen = Line(1000, 0, 0, 0, 0);
  frozen.status = LineStatus::kFrozen;
  CHECK(Apply(LineStateChanged{frozen, D("2026-01-04")}, project).line->status ==
        LineStatus::kFrozen);
  CHECK(project.lines.size() == 1);
  CHECK(project.lines[0].active_since == kNoDay);
  CHECK(project.as_of == D("2026-01-04"));
}

TEST_CASE("the end of a day touches every subject and moves the date forward only",
          "[monitor][fold]") {
  ProjectState project;
  project.as_of = D("2026-05-01");
  project.contracts.resize(2);
  project.baseline.milestones.resize(3);
  const Touched touched = CloseDay(D("2026-04-30"), project);
  CHECK(touched.contracts.size() == 2);
  CHECK(touched.milestones.size() == 3);
  CHECK(project.as_of == D("2026-05-01"));
  CloseDay(D("2026-05-02"), project);
  CHECK(project.as_of == D("2026-05-02"));
}

TEST_CASE("once a day is closed, a client's date moves the business date to the next day at most",
          "[monitor][fold]") {
  ProjectState project;
  Follow(D("2026-03-10"), project);
  Apply(LineStateChanged{Line(1000, 0, 0, 0, 0), D("2026-03-11")}, project);
  CHECK(project.as_of == D("2026-03-11"));
  Apply(MeasurementCertified{"p-1", "/a/", 0, 500, {}, {}, D("2026-03-11")}, project);
  Apply(MeasurementCertified{"p-1", "/a/", 500, 1000, {}, {}, D("2199-01-01")}, project);
  CHECK(project.as_of == D("2026-03-11"));
  CHECK(Compute(project).planned_execution_bp == YearElapsedBp(2026, D("2026-03-11")));
  CloseDay(D("2026-03-11"), project);
  CHECK(project.as_of == D("2026-03-11"));
  CHECK(project.stall_since == D("2026-03-12"));  // what came before a closing happened by then
  CHECK(PhysicalAt(project, D("2026-03-12")) == 1000);
  CloseDay(D("2026-03-12"), project);
  CHECK(project.as_of == D("2026-03-12"));
}

TEST_CASE("dates that ran ahead before the first closed day are brought back by it",
          "[monitor][fold]") {
  ProjectState project;
  Apply(Executing("2199-01-01"), project);
  Apply(LineStateChanged{Line(1000, 0, 0, 0, 0), D("2199-01-01")}, project);
  Apply(BaselineSet{"p-1", "/a/", {Item("w-1", 600, 500, "")}, {}, D("2199-01-01")}, project);
  CHECK(project.as_of == D("2199-01-01"));  // nothing else is known yet
  project.mark.dirty = project.lines[0].mark.dirty = false;
  CloseDay(D("2026-03-10"), project);
  const Day next = D("2026-03-11");
  CHECK(project.as_of == next);
  CHECK(project.stall_since == next);
  CHECK(project.ev_since == next);
  CHECK(project.lines[0].active_since == next);
  REQUIRE(project.progress.size() == 1);
  CHECK(project.progress[0].day == next);
  CHECK(project.mark.dirty);
  CHECK(project.lines[0].mark.dirty);
  CloseDay(D("2026-03-11"), project);
  CHECK(project.as_of == next);
  CHECK(project.stall_since == next);
}

}  // namespace fiscus::monitor
