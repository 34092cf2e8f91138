// The rule files: each loads, its examples hold, and each threshold has examples on both sides.
// Then the facts themselves.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "services/monitor/predicates/all.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {
namespace {

std::vector<std::string> RuleFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("services/monitor/rules")) {
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    files.push_back(text.str());
  }
  return files;
}

// A fact by name over a context.
FactValue Read(std::string_view name, const FactContext& context) {
  for (const Fact& fact : AllFacts()) {
    if (fact.name == name) return fact.read(context);
  }
  FAIL("no fact " << name);
  return std::nullopt;
}

Day D(std::string_view text) { return ParseDay(text); }

}  // namespace

TEST_CASE("every rule file loads and all its examples hold", "[monitor][rules]") {
  const std::vector<std::string> files = RuleFiles();
  REQUIRE(files.size() == 13);
  for (const std::string& text : files) {
    const auto file = rules::ParseRule(text, Catalog());
    INFO(file.status().message());
    REQUIRE(file.ok());
    CAPTURE(file->rule.id);
    CHECK(rules::CheckExamples(*file) == std::vector<std::string>{});
    CHECK(file->examples.size() >= 2);
  }
}

TEST_CASE("the rule set dispatches by trigger, suppressors first", "[monitor][rules]") {
  const auto set = MakeRuleSet(RuleFiles());
  INFO(set.status().message());
  REQUIRE(set.ok());
  const auto& at_measurement =
      set->by_trigger[static_cast<size_t>(rules::Trigger::kMeasurementCertified)];
  const auto place = [&](std::string_view id) {
    const auto index = static_cast<uint16_t>(set->Find(id));
    return std::find(at_measurement.begin(), at_measurement.end(), index) - at_measurement.begin();
  };
  CHECK(place("R21") < place("R17"));
  CHECK(place("R21") < place("R18"));
  CHECK(set->suppressors[static_cast<size_t>(set->Find("R17"))].size() == 1);
  CHECK(set->Find("R99") == -1);
  CHECK_FALSE(MakeRuleSet({"id: \"broken\""}).ok());
}

TEST_CASE("every fact of the list has a name with a unit and is of one subject",
          "[monitor][facts]") {
  for (size_t i = 0; i < AllFacts().size(); ++i) {
    for (size_t j = i + 1; j < AllFacts().size(); ++j)
      CHECK(AllFacts()[i].name != AllFacts()[j].name);
  }
}

TEST_CASE("facts of an unknown project are absent, not zero", "[monitor][facts]") {
  const ProjectState project;
  const Indicators now = Compute(project);
  const Refusal none;
  const FactContext context{project, now, none};
  for (const char* name :
       {"deviation_bp", "execution_rate_bp", "estimate_use_bp", "physical_lag_bp", "divergence_bp",
        "week_rise_bp", "month_swing_bp", "work_cpi_bp", "spi_bp", "evm_negatives",
        "ev_without_ac_days", "pv_without_ev_days", "cost_minor"}) {
    CAPTURE(name);
    CHECK_FALSE(Read(name, context).has_value());
  }
}

TEST_CASE("usage counts paid, in transit, encumbered and what a refused command asked",
          "[monitor][facts]") {
  ProjectState project;
  LineState line;
  line.fiscal_year = 2026;
  line.amounts = {1000, 300, 200, 350, 50, 0};
  const Indicators now = Compute(project);
  Refusal refusal;
  const FactContext context{project, now, refusal, &line};
  CHECK(Read("usage_bp", context) == 8000);
  CHECK(Read("refused_over_budget", context) == 0);
  refusal = {true, 0, 201, true};
  CHECK(Read("usage_bp", context) == 10010);
  CHECK(Read("refused_over_budget", context) == 1);
  refusal.over_budget = false;  // refused for another reason: no budget was asked for too much
  CHECK(Read("usage_bp", context) == 8000);
  line.amounts.authorised = 3001;
  CHECK(Read("usage_bp", context) == 2666);  // 800/3001 = 26.657 %, rounded up
  line.amounts.authorised = 0;
  CHECK(Read("usage_bp", context) == 1'000'000'000);
  line.fiscal_year = 0;
  CHECK_FALSE(Read("usage_bp", context).has_value());
}

TEST_CASE("a line whose payments all came back lies idle again", "[monitor][facts]") {
  ProjectState project;
  LineState line;
  line.status = LineStatus::kActive;
  const Indicators now = Compute(project);
  const Refusal refusal;
  const FactContext context{project, now, refusal, &line};
  const auto unspent = [&](int64_t paid, int64_t refunded) {
    line.amounts.paid = paid;
    line.amounts.refunded = refunded;
    return Read("line_unspent", context) == 1;
  };
  CHECK(unspent(0, 0));
  CHECK_FALSE(unspent(100, 0));
  CHECK_FALSE(unspent(100, 99));
  CHECK(unspent(100, 100));
  line.status = LineStatus::kFrozen;
  CHECK_FALSE(unspent(0, 0));
}

TEST_CASE("the plan to date includes the current month and ends with the year",
          "[monitor][facts]") {
  ProjectState project;
  LineState line;
  line.fiscal_year = 2026;
  line.has_plan = true;
  line.plan = {0, 100, 100, 0, 0, 0, 0, 0, 0, 0, 0, 50};
  line.amounts.paid = 120;
  const Refusal none;
  const auto at = [&](std::string_view day, std::string_view name) {
    project.as_of = D(day);
    const Indicators now = Compute(project);
    return Read(name, FactContext{project, now, none, &line});
  };
  CHECK(at("2026-02-01", "plan_to_date_minor") == 100);
  CHECK(at("2026-02-28", "plan_use_bp") == 12000);
  CHECK(at("2026-03-01", "plan_use_bp") == 6000);
  CHECK(at("2027-01-01", "plan_to_date_minor") == 250);
  CHECK_FALSE(at("2025-12-31", "plan_use_bp").has_value());
  CHECK(at("2026-01-31", "plan_use_bp") == 1'000'000'000);  // paid where nothing was planned
}

TEST_CASE("an advance is recovered as the work proceeds", "[monitor][facts]") {
  ProjectState project;
  project.physical_bp = 2500;
  ContractState contract;
  contract.status = ContractStatus::kEffective;
  contract.value = 10'000;
  contract.advance_paid = 3000;
  contract.paid = 5000;
  contract.certified = 2500;
  const Indicators now = Compute(project);
  const Refusal none;
  const FactContext context{project, now, none, nullptr, &contract};
  CHECK(Read("advance_open_minor", context) == 2250);  // 3,000 × (1 − 25 %)
  CHECK(Read("payment_ahead_bp", context) == 250);     // (5,000 − 2,250)/10,000 − 25 %
  CHECK(Read("unearned_minor", context) == 250);
  contract.items_value = 8000;  // its own work items decide, not the project
  contract.items_earned = 4000;
  CHECK(Read("advance_open_minor", context) == 1500);
  contract.certified = 0;
  contract.items_value = 0;
  CHECK_FALSE(Read("unearned_minor", context).has_value());
  contract.status = ContractStatus::kTerminated;
  CHECK(Read("contract_live", context) == 0);
}

TEST_CASE("commitments are live contracts, what ended contracts were paid, and the rest",
          "[monitor][facts]") {
  ProjectState project;
  project.approved_investment = 1000;
  project.other_committed = 100;
  const auto add = [&](ContractStatus status, int64_t value, int64_t paid) {
    project.contracts.emplace_back();
    project.contracts.back().status = status;
    project.contracts.back().value = value;
    project.contracts.back().paid = paid;
  };
  add(ContractStatus::kEffective, 500, 10);
  add(ContractStatus::kDraft, 700, 0);
  add(ContractStatus::kTerminated, 300, 51);
  const Indicators now = Compute(project);
  const Refusal none;
  const FactContext context{project, now, none};
  CHECK(Read("committed_minor", context) == 651);
  CHECK(Read("estimate_use_bp", context) == 6510);
}

TEST_CASE("cost leaves open advances out, and indices are silent until work is measured",
          "[monitor][facts]") {
  ProjectState project;
  project.as_of = D("2026-06-30");
  project.lines.emplace_back();
  project.lines[0].fiscal_year = 2026;
  project.lines[0].amounts.paid = 3000;
  project.baseline.items.push_back({"w", "c", 10'000, 1000, 0, D("2026-01-01"), D("2026-12-31")});
  project.contracts.emplace_back();
  project.contracts[0].contract_id = "c";
  project.contracts[0].advance_paid = 3000;
  const Refusal none;
  const auto read = [&](std::string_view name) {
    Derive(project);
    const Indicators now = Compute(project);
    return Read(name, FactContext{project, now, none});
  };
  CHECK(read("cost_minor") == 0);
  CHECK_FALSE(read("work_cpi_bp").has_value());
  CHECK_FALSE(read("spi_bp").has_value());
  CHECK(read("pv_without_ev_days") == 180);
  project.baseline.items[0].certified_milli = 500;
  project.ev_since = D("2026-06-01");
  CHECK(read("cost_minor") == 1500);
  CHECK(read("work_cpi_bp") == 33333);
  CHECK(read("pv_without_ev_days") == 0);
  CHECK(read("ev_without_ac_days") == 0);
  project.lines[0].amounts.paid = 0;
  CHECK(read("ev_without_ac_days") == 29);
  CHECK(read("evm_negatives") == 0);
}

TEST_CASE("work stalls only under an effective contract and before it is done",
          "[monitor][facts]") {
  ProjectState project;
  project.as_of = D("2026-03-31");
  project.stall_since = D("2026-03-01");
  project.physical_bp = 100;
  const Refusal none;
  const auto days = [&] {
    const Indicators now = Compute(project);
    return Read("stall_days", FactContext{project, now, none});
  };
  CHECK(days() == 0);
  project.contracts.emplace_back();
  project.contracts[0].status = ContractStatus::kEffective;
  CHECK(days() == 30);
  project.physical_bp = 10'000;
  CHECK(days() == 0);
  project.physical_bp = 100;
  project.stall_since = kNoDay;
  CHECK_FALSE(days().has_value());
}

TEST_CASE("progress is compared with what was measured before its own day", "[monitor][facts]") {
  ProjectState project;
  project.physical_bp = 3000;
  project.progress = {{D("2025-12-20"), 0}, {D("2026-01-20"), 1500}, {D("2026-02-20"), 3000}};
  Indicators now;
  now.as_of = D("2026-02-01");  // the day after the last closed one
  now.physical_bp = 3000;
  const Refusal none;
  CHECK(Read("month_swing_bp", FactContext{project, now, none}) == 1500);
  CHECK(Read("week_rise_bp", FactContext{project, now, none}) == 1500);
  now.as_of = D("2026-03-31");
  CHECK(Read("month_swing_bp", FactContext{project, now, none}) == 0);
}

TEST_CASE("a milestone is open while it is not met and the project lives", "[monitor][facts]") {
  ProjectState project;
  project.as_of = D("2026-02-10");
  Milestone milestone{"m", D("2026-01-31"), kNoDay, true, {}};
  const Indicators now = Compute(project);
  const Refusal none;
  const FactContext context{project, now, none, nullptr, nullptr, &milestone};
  CHECK(Read("slip_days", context) == 10);
  CHECK(Read("milestone_critical", context) == 1);
  CHECK(Read("milestone_open", context) == 1);
  project.status = ProjectStatus::kCancelled;
  CHECK(Read("milestone_open", context) == 0);
  project.status = ProjectStatus::kExecuting;
  milestone.met = D("2026-02-09");
  CHECK(Read("milestone_open", context) == 0);
}

}  // namespace fiscus::monitor
