// The rule engine: what a file must say, when a severity is reached, kept and cleared, and how it
// is worded.
#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/rules/explain.h"
#include "libs/rules/judge.h"
#include "libs/rules/load.h"

namespace fiscus::rules {
namespace {

const FactCatalog kCatalog = {{"lag_bp", Subject::kProject},
                              {"active", Subject::kProject},
                              {"paid_minor", Subject::kProject},
                              {"cpi_bp", Subject::kProject},
                              {"usage_bp", Subject::kBudgetLine}};

// A sound file; tests change one thing.
std::string File(const std::string& more = "", const std::string& level = R"(
    level { severity: SEVERITY_YELLOW
      any { all { fact: "lag_bp" op: GE parameter: "yellow_bp" margin: "margin_bp" } } }
    level { severity: SEVERITY_RED
      any { all { fact: "lag_bp" op: GE parameter: "red_bp" margin: "margin_bp" } } })") {
  return R"(id: "T1" version: "1" title: "Lag" citation: "test"
    subject: SUBJECT_KIND_PROJECT on: TRIGGER_DAY_CLOSED
    parameter { name: "yellow_bp" value: 1000 meaning: "a" }
    parameter { name: "red_bp" value: 3000 meaning: "b" }
    parameter { name: "margin_bp" value: 500 meaning: "c" }
    explain: "lags by {lag_bp} of {yellow_bp}, paid {paid_minor}")" +
         level + more;
}

Rule Sound(const std::string& more = "") {
  const auto file = ParseRule(File(more), kCatalog);
  INFO(file.status().message());
  REQUIRE(file.ok());
  return file->rule;
}

std::string Complaint(const std::string& text) {
  const auto file = ParseRule(text, kCatalog);
  return file.ok() ? "" : std::string(file.status().message());
}

// Facts by index.
struct Facts {
  std::map<int, int64_t> values;
  std::optional<int64_t> operator()(int fact) const {
    const auto found = values.find(fact);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
};

Severity Now(const Rule& rule, Severity present, int64_t lag_bp) {
  const Facts facts{{{0, lag_bp}}};
  return Judge(rule, present, [&](int f) { return facts(f); }).severity;
}

}  // namespace

TEST_CASE("a threshold is reached at its value and not one below", "[rules]") {
  const Rule rule = Sound();
  CHECK(Now(rule, Severity::kNone, 999) == Severity::kNone);
  CHECK(Now(rule, Severity::kNone, 1000) == Severity::kYellow);
  CHECK(Now(rule, Severity::kNone, 2999) == Severity::kYellow);
  CHECK(Now(rule, Severity::kNone, 3000) == Severity::kRed);
}

TEST_CASE("a severity is kept until the fact has come back by the margin", "[rules]") {
  const Rule rule = Sound();
  CHECK(Now(rule, Severity::kYellow, 501) == Severity::kYellow);
  CHECK(Now(rule, Severity::kYellow, 500) == Severity::kNone);
  CHECK(Now(rule, Severity::kRed, 2501) == Severity::kRed);
  CHECK(Now(rule, Severity::kRed, 2500) == Severity::kYellow);
  CHECK(Now(rule, Severity::kYellow, 3000) == Severity::kRed);
  CHECK(Now(rule, Severity::kRed, 0) == Severity::kNone);
}

TEST_CASE("a margin looks to the other side of thresholds from above", "[rules]") {
  const auto file = ParseRule(File("", R"(level { severity: SEVERITY_YELLOW any { all {
      fact: "cpi_bp" op: LT parameter: "red_bp" margin: "margin_bp" } } }
      level { severity: SEVERITY_RED
        any { all { fact: "cpi_bp" op: LE parameter: "yellow_bp" } } })"),
                              kCatalog);
  REQUIRE(file.ok());
  const auto judge = [&](Severity present, int64_t cpi) {
    return Judge(file->rule, present,
                 [&](int f) { return f == 3 ? std::optional(cpi) : std::nullopt; })
        .severity;
  };
  CHECK(judge(Severity::kNone, 3000) == Severity::kNone);
  CHECK(judge(Severity::kNone, 2999) == Severity::kYellow);
  CHECK(judge(Severity::kYellow, 3499) == Severity::kYellow);
  CHECK(judge(Severity::kYellow, 3500) == Severity::kNone);
  CHECK(judge(Severity::kNone, 1000) == Severity::kRed);
}

TEST_CASE("what is not known neither raises nor clears", "[rules]") {
  const Rule rule = Sound();
  const auto nothing = [](int) { return std::optional<int64_t>(); };
  CHECK(Judge(rule, Severity::kNone, nothing).severity == Severity::kNone);
  CHECK(Judge(rule, Severity::kRed, nothing).severity == Severity::kRed);
  Track track{0, Severity::kRed, Severity::kNone, 0, 3};
  CHECK_FALSE(Step(rule, 0, nothing, track).has_value());
  CHECK(track.severity == Severity::kRed);
}

TEST_CASE("a clause that is false is false whatever is unknown in it", "[rules]") {
  const auto file = ParseRule(File("", R"(level { severity: SEVERITY_RED any {
      all { fact: "active" op: EQ value: 1 }
      all { fact: "lag_bp" op: GE parameter: "red_bp" margin: "margin_bp" } }
      any { all { fact: "paid_minor" op: GT parameter: "yellow_bp" } } })"),
                              kCatalog);
  REQUIRE(file.ok());
  const auto judge = [&](std::map<int, int64_t> values) {
    const Facts facts{std::move(values)};
    return Judge(file->rule, Severity::kRed, [&](int f) { return facts(f); }).severity;
  };
  CHECK(judge({{1, 0}, {2, 0}}) == Severity::kNone);  // lag unknown, but not active
  CHECK(judge({{1, 1}, {2, 0}}) == Severity::kRed);   // lag unknown and decisive: kept
  CHECK(judge({{1, 0}, {2, 1001}}) == Severity::kRed);
}

TEST_CASE("a rule that does not apply clears at once", "[rules]") {
  const Rule rule = Sound(R"(applies { fact: "active" op: EQ value: 1 } hold { clear: 3 })");
  Track track;
  Facts facts{{{0, 3000}, {1, 1}}};
  const auto read = [&](int f) { return facts(f); };
  REQUIRE(Step(rule, 0, read, track).has_value());
  facts.values[1] = 0;
  const auto transition = Step(rule, 0, read, track);
  REQUIRE(transition.has_value());
  CHECK(transition->to == Severity::kNone);
  CHECK(transition->number == 2);
  facts.values.erase(1);  // not known whether it applies: nothing
  CHECK_FALSE(Step(rule, 0, read, track).has_value());
}

TEST_CASE(
    "a change waits until as many evaluations agree as the hold says, and goes as far as all agree",
    "[rules]") {
  const Rule rule = Sound("hold { raise: 2 clear: 2 }");
  Track track;
  Facts facts;
  const auto at = [&](int64_t lag) {
    facts.values[0] = lag;
    return Step(rule, 0, [&](int f) { return facts(f); }, track);
  };
  CHECK_FALSE(at(3000).has_value());
  const auto raised = at(1000);  // red once, yellow twice: yellow
  REQUIRE(raised.has_value());
  CHECK(raised->to == Severity::kYellow);
  CHECK_FALSE(at(0).has_value());
  CHECK_FALSE(at(900).has_value());  // back within the margin: the count starts anew
  CHECK_FALSE(at(0).has_value());
  const auto cleared = at(0);
  REQUIRE(cleared.has_value());
  CHECK(cleared->from == Severity::kYellow);
  CHECK(cleared->to == Severity::kNone);
  CHECK(cleared->number == 2);
}

TEST_CASE("what happens again at the same severity is a warning of its own number", "[rules]") {
  const Rule rule = Sound(R"(again { fact: "active" op: EQ value: 1 } hold { raise: 1 clear: 2 })");
  Track track;
  const auto step = [&](int64_t lag_bp, std::optional<int64_t> active) {
    Facts facts{{{0, lag_bp}}};
    if (active) facts.values[1] = *active;
    return Step(rule, 0, facts, track);
  };
  CHECK_FALSE(step(0, 1).has_value());  // nothing is open that could happen again
  REQUIRE(step(3000, 1).has_value());
  const auto again = step(3000, 1);
  REQUIRE(again.has_value());
  CHECK(again->from == Severity::kRed);
  CHECK(again->to == Severity::kRed);
  CHECK(again->number == 2);
  CHECK_FALSE(step(3000, 0).has_value());
  CHECK_FALSE(step(3000, std::nullopt).has_value());
  CHECK_FALSE(step(0, 0).has_value());  // the first of two that must agree on clearing it
  REQUIRE(step(3000, 1).has_value());
  CHECK_FALSE(step(0, 0).has_value());  // and again the first
  CHECK(step(0, 0)->number == 4);
}

TEST_CASE("a new window starts clear and counts its own transitions", "[rules]") {
  const Rule rule = Sound();
  Track track;
  const auto lagging = [](int f) { return f == 0 ? std::optional<int64_t>(1500) : std::nullopt; };
  REQUIRE(Step(rule, 2026, lagging, track)->number == 1);
  CHECK_FALSE(Step(rule, 2026, lagging, track).has_value());
  const auto next = Step(rule, 2027, lagging, track);
  REQUIRE(next.has_value());
  CHECK(next->from == Severity::kNone);
  CHECK(next->number == 1);
  CHECK(WindowText(WindowCode(WindowKind::kFiscalYear, 2027, 2028, 6)) == "2027");
  CHECK(WindowText(WindowCode(WindowKind::kMonth, 2027, 2028, 6)) == "2028-06");
  CHECK(WindowText(WindowCode(WindowKind::kNone, 2027, 2028, 6)).empty());
}

TEST_CASE("explanations show facts and parameters in their units", "[rules]") {
  const Rule rule = Sound();
  const Facts facts{{{0, 1234}, {2, 123456789}}};
  const auto read = [&](int f) { return facts(f); };
  CHECK(Explain(rule, false, read, "CNY") == "lags by 12.34 % of 10.00 %, paid 1,234,567.89 CNY");
  CHECK(Explain(rule, true, read, "CNY") == "No longer so: Lag");
  CHECK(Explain(
            rule, false, [](int) { return std::optional<int64_t>(); }, "CNY") ==
        "lags by unknown of 10.00 %, paid unknown");
  CHECK(FormatValue("x_bp", -5, "") == "-0.05 %");
  CHECK(FormatValue("x_days", 1, "") == "1 day");
  CHECK(FormatValue("x_days", 2, "") == "2 days");
  CHECK(FormatValue("n", 7, "") == "7");
}

TEST_CASE("a rule file that cannot be judged is refused with what to mend", "[rules]") {
  CHECK_THAT(Complaint("id: 7"), Catch::Contains("line 1"));
  CHECK_THAT(Complaint("id: \"X\" version: \"1\""), Catch::Contains("title, citation and explain"));
  CHECK_THAT(Complaint(File("cleared: \"{nope}\"")), Catch::Contains("{nope} names nothing"));
  CHECK_THAT(Complaint(File("cleared: \"{lag_bp\"")), Catch::Contains("not closed"));
  CHECK_THAT(Complaint(File("parameter { name: \"p\" value: 1 meaning: \"m\" }")),
             Catch::Contains("p is not used"));
  CHECK_THAT(Complaint(File("parameter { name: \"red_bp\" value: 1 meaning: \"m\" }")),
             Catch::Contains("stands twice"));
  CHECK_THAT(Complaint(File("applies { fact: \"usage_bp\" op: EQ value: 1 }")),
             Catch::Contains("no fact usage_bp of this subject"));
  CHECK_THAT(Complaint(File("hold { raise: -1 }")), Catch::Contains("hold"));
  const auto level = [](const std::string& text) { return Complaint(File("", text)); };
  CHECK_THAT(level(""), Catch::Contains("at least one level"));
  CHECK_THAT(level("level { severity: SEVERITY_RED }"), Catch::Contains("can never be reached"));
  CHECK_THAT(level("level { severity: SEVERITY_RED any { } }"), Catch::Contains("always be true"));
  CHECK_THAT(
      level("level { severity: SEVERITY_RED any { all { fact: \"lag_bp\" op: GE value: 3 } } }"),
      Catch::Contains("must be a parameter"));
  CHECK_THAT(level("level { severity: SEVERITY_RED any { all { fact: \"lag_bp\" parameter: "
                   "\"red_bp\" } } }"),
             Catch::Contains("op is needed"));
}

TEST_CASE("what makes a warning happen again must be a fact of the subject", "[rules]") {
  CHECK_THAT(Complaint(File(R"(again { fact: "usage_bp" op: EQ value: 1 })")),
             Catch::Contains("no fact usage_bp of this subject"));
  CHECK_THAT(Complaint(File(R"(again { fact: "active" })")), Catch::Contains("op is needed"));
}

TEST_CASE("rules stand behind those that suppress them, and not in circles", "[rules]") {
  const auto with = [](const std::string& id, std::vector<std::string> by) {
    Rule rule;
    rule.id = id;
    rule.suppressed_by = std::move(by);
    return rule;
  };
  const auto ordered = OrderRules({with("R17", {"R21"}), with("R21", {}), with("R01", {"R99"})});
  REQUIRE(ordered.ok());
  CHECK((*ordered)[0].id == "R01");
  CHECK((*ordered)[1].id == "R21");
  CHECK((*ordered)[2].id == "R17");
  CHECK_FALSE(OrderRules({with("A", {"B"}), with("B", {"A"})}).ok());
  CHECK_FALSE(OrderRules({with("A", {}), with("A", {})}).ok());
}

TEST_CASE("examples are run, and those that a threshold lacks are named", "[rules]") {
  const std::string three = R"(
    example { name: "below" given { fact: "lag_bp" value: 999 } }
    example { name: "at" given { fact: "lag_bp" value: 1000 } expect: SEVERITY_YELLOW }
    example { name: "above" given { fact: "lag_bp" value: 1001 } expect: SEVERITY_YELLOW }
    example { name: "red below" given { fact: "lag_bp" value: 2999 } expect: SEVERITY_YELLOW }
    example { name: "red" given { fact: "lag_bp" value: 3000 } expect: SEVERITY_RED })";
  const auto file = ParseRule(File(three), kCatalog);
  REQUIRE(file.ok());
  const auto faults = CheckExamples(*file);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0] == "T1: no example with lag_bp = 3001");
  const auto wrong = ParseRule(
      File(three + R"(example { name: "w" given { fact: "lag_bp" value: 3001 } })"), kCatalog);
  REQUIRE(wrong.ok());
  REQUIRE(CheckExamples(*wrong).size() == 1);
  CHECK_THAT(CheckExamples(*wrong)[0], Catch::Contains("gives severity 4 instead of 0"));
}

}  // namespace fiscus::rules
