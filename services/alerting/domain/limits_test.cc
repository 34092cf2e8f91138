// Due days, escalation levels and the end of clear YELLOW alerts, as tables of business days.
// 2026-03-02 is a Monday.
#include "services/alerting/domain/limits.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"

namespace fiscus::alerting {
namespace {

using Day = absl::CivilDay;

constexpr absl::CivilDay kMonday(2026, 3, 2);

Alert AlertWith(Severity severity, State state) {
  Alert alert;
  alert.alert_id = "018f0000-0000-7000-8000-000000000001";
  alert.severity = severity;
  alert.state = state;
  alert.limits_from = kMonday;
  alert.submitted_on = kMonday;
  return alert;
}

// The days between two days that are worked by the plain week.
int WorkingDaysBetween(absl::CivilDay from, absl::CivilDay to) {
  int days = 0;
  for (absl::CivilDay day = from; day < to;) {
    ++day;
    if (Calendar().IsWorkingDay(day)) ++days;
  }
  return days;
}

TEST_CASE("Each step is due after the working days of its severity", "[alerting][limits]") {
  struct Row {
    Severity severity;
    State state;
    int days;
  };
  // RED 1/3/15, ORANGE 2/5/30, YELLOW 5/–/60 (domain B6); the check has 3, 5 and 5.
  const auto row = GENERATE(values<Row>({
      {Severity::kRed, State::kRaised, 1},
      {Severity::kOrange, State::kRaised, 2},
      {Severity::kYellow, State::kRaised, 5},
      {Severity::kRed, State::kAcknowledged, 3},
      {Severity::kOrange, State::kAcknowledged, 5},
      {Severity::kYellow, State::kAcknowledged, 60},
      {Severity::kRed, State::kVerifying, 3},
      {Severity::kOrange, State::kVerifying, 5},
      {Severity::kYellow, State::kVerifying, 60},
      {Severity::kRed, State::kRectifying, 15},
      {Severity::kOrange, State::kRectifying, 30},
      {Severity::kYellow, State::kRectifying, 60},
      {Severity::kRed, State::kSubmitted, 3},
      {Severity::kOrange, State::kSubmitted, 5},
      {Severity::kYellow, State::kSubmitted, 5},
      {Severity::kRed, State::kVerified, 3},
  }));
  const auto due = DueOn(AlertWith(row.severity, row.state), Calendar());
  INFO(NameOf(row.severity) << " " << NameOf(row.state));
  REQUIRE(due.has_value());
  CHECK(WorkingDaysBetween(kMonday, *due) == row.days);
}

TEST_CASE("An ended alert is due never and escalates never", "[alerting][limits]") {
  const State state = GENERATE(State::kDismissed, State::kClosed, State::kAutoResolved);
  const Alert alert = AlertWith(Severity::kRed, state);
  CHECK_FALSE(DueOn(alert, Calendar()).has_value());
  CHECK_FALSE(NextCheckOn(alert, Calendar()).has_value());
  CHECK(AtDayClose(alert, kMonday + 1000, Calendar()).steps.empty());
}

TEST_CASE("A holiday moves the due day", "[alerting][limits]") {
  const Calendar holiday({{Day(2026, 3, 3), false}, {Day(2026, 3, 4), false}});
  CHECK(DueOn(AlertWith(Severity::kRed, State::kRaised), holiday) == Day(2026, 3, 5));
}

TEST_CASE("Neglect goes up level by level, at the close of the day it falls due",
          "[alerting][limits]") {
  struct Row {
    Severity severity;
    int days[3];  // working days after the alert was raised
  };
  const auto row = GENERATE(values<Row>({{Severity::kRed, {1, 3, 6}},
                                         {Severity::kOrange, {2, 5, 12}},
                                         {Severity::kYellow, {5, 10, 25}}}));
  Alert alert = AlertWith(row.severity, State::kRaised);
  for (int level = 1; level <= kEscalationLevelMax; ++level) {
    const absl::CivilDay on = Calendar().AddWorkingDays(kMonday, row.days[level - 1]);
    INFO(NameOf(row.severity) << " level " << level);
    CHECK(NextEscalationOn(alert, Calendar()) == on);
    CHECK(AtDayClose(alert, on - 1, Calendar()).steps.empty());
    const Change change = AtDayClose(alert, on, Calendar());
    REQUIRE(change.steps.size() == 1);
    CHECK(change.steps[0].escalation_level == level);
    CHECK(change.steps[0].business_date == on);
    CHECK(change.steps[0].state == State::kRaised);
    CHECK(change.alert.version == alert.version + 1);
    alert = change.alert;
  }
  CHECK_FALSE(NextEscalationOn(alert, Calendar()).has_value());
}

TEST_CASE("A clear YELLOW alert resolves itself after the hold time, before an order only",
          "[alerting][limits]") {
  struct Row {
    Severity severity;
    State state;
    bool clear;
    bool resolves;
  };
  const auto row = GENERATE(values<Row>({
      {Severity::kYellow, State::kRaised, true, true},
      {Severity::kYellow, State::kAcknowledged, true, true},
      {Severity::kYellow, State::kVerifying, true, true},
      {Severity::kYellow, State::kRectifying, true, false},
      {Severity::kYellow, State::kSubmitted, true, false},
      {Severity::kYellow, State::kVerified, true, false},
      {Severity::kYellow, State::kRaised, false, false},
      {Severity::kOrange, State::kRaised, true, false},
      {Severity::kRed, State::kRaised, true, false},
  }));
  Alert alert = AlertWith(row.severity, row.state);
  if (row.clear) alert.clear_since = kMonday;
  const absl::CivilDay hold_ends = Calendar().AddWorkingDays(kMonday, kHoldDays);
  INFO(NameOf(row.severity) << " " << NameOf(row.state));
  CHECK((AutoResolveOn(alert, Calendar()) == hold_ends) == row.resolves);
  const Change change = AtDayClose(alert, hold_ends, Calendar());
  CHECK((change.alert.state == State::kAutoResolved) == row.resolves);
  CHECK(AtDayClose(alert, hold_ends - 1, Calendar()).alert.state == row.state);
}

// A service that was down and closes a month at once must write the same history as one that closed
// day by day.
TEST_CASE("Days closed together give the steps of days closed one by one",
          "[alerting][limits][property]") {
  std::mt19937 random(20260302);  // NOLINT: a fixed seed makes the run repeatable
  for (int round = 0; round < 500; ++round) {
    Alert alert =
        AlertWith(static_cast<Severity>(2 + random() % 3), static_cast<State>(1 + random() % 9));
    if (random() % 2 == 0) alert.clear_since = kMonday + static_cast<int>(random() % 5);
    const Calendar calendar({{kMonday + static_cast<int>(random() % 40), random() % 2 == 0}});
    const int days = static_cast<int>(random() % 120);

    Change daily{alert, {}};
    for (int day = 0; day <= days; ++day) {
      Change step = AtDayClose(daily.alert, kMonday + day, calendar);
      daily.alert = step.alert;
      daily.steps.insert(daily.steps.end(), step.steps.begin(), step.steps.end());
    }
    const Change at_once = AtDayClose(alert, kMonday + days, calendar);

    REQUIRE(at_once.steps.size() == daily.steps.size());
    for (size_t i = 0; i < at_once.steps.size(); ++i) {
      CHECK(at_once.steps[i].business_date == daily.steps[i].business_date);
      CHECK(at_once.steps[i].escalation_level == daily.steps[i].escalation_level);
      CHECK(at_once.steps[i].state == daily.steps[i].state);
    }
    CHECK(at_once.alert.state == daily.alert.state);
    CHECK(at_once.alert.escalation_level == daily.alert.escalation_level);
  }
}

}  // namespace
}  // namespace fiscus::alerting
