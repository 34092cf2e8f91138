// The life of an alert: the table of state × command, each refusal in its order, and what warnings
// do.
#include "services/alerting/domain/alert.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "libs/core/status.h"
#include "services/alerting/domain/limits.h"

namespace fiscus::alerting {
namespace {

constexpr absl::CivilDay kMonday(2026, 3, 2);
const absl::Time kNow = absl::FromUnixSeconds(1'772'400'000);

Warning WarningWith(Severity severity, absl::CivilDay as_of = kMonday, std::string id = "w1") {
  Warning warning;
  warning.warning_id = std::move(id);
  warning.fingerprint = "f1";
  warning.rule_id = "R10";
  warning.unit_path = "/33/health/";
  warning.message = "22.0 points behind";
  warning.severity = severity;
  warning.as_of = as_of;
  return warning;
}

Alert AlertIn(State state, Severity severity = Severity::kOrange) {
  Alert alert = Receive(std::nullopt, WarningWith(severity), kNow).alert;
  alert.state = state;
  alert.version = 4;
  return alert;
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal ? refusal->reason : std::string(status.ToString());
}

TEST_CASE("A command starts from the states of its row and from no other", "[alerting][alert]") {
  // Columns: ACK VERIFY DISMISS ORDER SUBMIT CONFIRM REJECT CLOSE REOPEN; a number is the state
  // reached, "-" WRONG_STATE.
  const std::string table = R"(
    1 RAISED         2 - - - - - - - -
    2 ACKNOWLEDGED   - 3 - - - - - - -
    3 VERIFYING      - - 4 5 - - - - -
    4 DISMISSED      - - - - - - - - 1
    5 RECTIFYING     - - - - 6 - - - -
    6 SUBMITTED      - - - - - 7 5 - -
    7 VERIFIED       - - - - - - - 8 -
    8 CLOSED         - - - - - - - - 1
    9 AUTO_RESOLVED  - - - - - - - - 1)";
  std::istringstream rows(table);
  int from = 0;
  std::string name;
  while (rows >> from >> name) {
    const auto state = static_cast<State>(from);
    CHECK(NameOf(state) == name);
    for (int command = 1; command <= 9; ++command) {
      std::string expected;
      rows >> expected;
      const auto change = Apply(AlertIn(state), static_cast<Command>(command), "because", 0,
                                {.business_date = kMonday});
      INFO(name << " command " << command);
      if (expected == "-") {
        REQUIRE_FALSE(change.ok());
        CHECK(ReasonOf(change.status()) == "WRONG_STATE");
        CHECK(change.status().code() == absl::StatusCode::kFailedPrecondition);
      } else {
        REQUIRE(change.ok());
        CHECK(static_cast<int>(change->alert.state) == std::stoi(expected));
        REQUIRE(change->steps.size() == 1);
        CHECK(change->steps[0].from == state);
        CHECK(change->steps[0].state == change->alert.state);
        CHECK(change->steps[0].business_date == kMonday);
        CHECK(change->alert.version == 5);
      }
    }
  }
}

TEST_CASE("Refusals come in the order of their precedence", "[alerting][alert]") {
  struct Row {
    State state;
    Command command;
    const char* note;
    int64_t version;
    bool own_unit;
    const char* reason;
    absl::StatusCode code;
  };
  const auto row = GENERATE(values<Row>({
      {State::kRaised, Command::kDismiss, "", 3, true, "VERSION_MISMATCH",
       absl::StatusCode::kAborted},
      {State::kRaised, Command::kDismiss, "", 4, true, "WRONG_STATE",
       absl::StatusCode::kFailedPrecondition},
      {State::kVerifying, Command::kDismiss, "", 4, true, "NOTE_MISSING",
       absl::StatusCode::kInvalidArgument},
      {State::kVerifying, Command::kDismiss, " \t\n", 4, true, "NOTE_MISSING",
       absl::StatusCode::kInvalidArgument},
      {State::kVerifying, Command::kDismiss, "late invoice", 4, true, "OWN_UNIT",
       absl::StatusCode::kFailedPrecondition},
  }));
  const auto change = Apply(AlertIn(row.state), row.command, row.note, row.version,
                            {.business_date = kMonday, .of_alerted_unit = row.own_unit});
  REQUIRE_FALSE(change.ok());
  CHECK(ReasonOf(change.status()) == row.reason);
  CHECK(change.status().code() == row.code);
}

TEST_CASE("Only ACKNOWLEDGE and VERIFY go without a note", "[alerting][alert]") {
  const std::pair<State, Command> rows[] = {{State::kRaised, Command::kAcknowledge},
                                            {State::kAcknowledged, Command::kVerify},
                                            {State::kVerifying, Command::kDismiss},
                                            {State::kVerifying, Command::kOrderRectification},
                                            {State::kRectifying, Command::kSubmitResult},
                                            {State::kSubmitted, Command::kConfirmResult},
                                            {State::kSubmitted, Command::kRejectResult},
                                            {State::kVerified, Command::kClose},
                                            {State::kClosed, Command::kReopen}};
  for (const auto& [state, command] : rows) {
    const bool free = command == Command::kAcknowledge || command == Command::kVerify;
    CHECK(Apply(AlertIn(state), command, "", 0, {.business_date = kMonday}).ok() == free);
  }
}

TEST_CASE("The alerted unit may do all but dismiss", "[alerting][alert]") {
  const Circumstances own{.business_date = kMonday, .of_alerted_unit = true};
  CHECK(Apply(AlertIn(State::kVerifying), Command::kOrderRectification, "repay", 0, own).ok());
  CHECK(Apply(AlertIn(State::kRectifying), Command::kSubmitResult, "repaid", 0, own).ok());
  CHECK_FALSE(Apply(AlertIn(State::kVerifying), Command::kDismiss, "fine", 0, own).ok());
}

TEST_CASE("An alert is not reopened beside a later one of its fingerprint", "[alerting][alert]") {
  const auto change = Apply(AlertIn(State::kClosed), Command::kReopen, "again", 0,
                            {.business_date = kMonday, .latest_of_fingerprint = false});
  CHECK(ReasonOf(change.status()) == "WRONG_STATE");
}

TEST_CASE("A new step begins at level 0, with its own limit", "[alerting][alert]") {
  Alert alert = AlertIn(State::kRaised, Severity::kRed);
  alert = AtDayClose(alert, kMonday + 1, Calendar()).alert;
  REQUIRE(alert.escalation_level == 1);
  const auto change = Apply(alert, Command::kAcknowledge, "", 0, {.business_date = kMonday + 2});
  REQUIRE(change.ok());
  CHECK(change->alert.escalation_level == 0);
  CHECK(change->steps[0].escalation_level == 0);
}

TEST_CASE("A reopened alert has its limits and hold time anew", "[alerting][alert]") {
  Alert alert = AlertIn(State::kAutoResolved, Severity::kYellow);
  alert.clear_since = kMonday;
  const auto change =
      Apply(alert, Command::kReopen, "a pattern", 0, {.business_date = kMonday + 28});
  REQUIRE(change.ok());
  CHECK(DueOn(change->alert, Calendar()) == kMonday + 35);
  CHECK(AutoResolveOn(change->alert, Calendar()) == kMonday + 35);
}

TEST_CASE("A warning raises an alert with the warning's id", "[alerting][receive]") {
  const Change change = Receive(std::nullopt, WarningWith(Severity::kOrange), kNow);
  CHECK(change.alert.alert_id == "w1");
  CHECK(change.alert.ordinal == 1);
  CHECK(change.alert.state == State::kRaised);
  CHECK(change.alert.severity == Severity::kOrange);
  CHECK(change.alert.occurrences == 1);
  CHECK(change.alert.version == 1);
  CHECK(change.alert.raised_at == kNow);
  REQUIRE(change.steps.size() == 1);
  CHECK(change.steps[0].note == "22.0 points behind");
}

TEST_CASE("A clear warning, or one for information, raises nothing", "[alerting][receive]") {
  CHECK(Receive(std::nullopt, WarningWith(Severity::kClear), kNow).steps.empty());
  CHECK(Receive(std::nullopt, WarningWith(Severity::kInfo), kNow).steps.empty());
}

TEST_CASE("Repeats join the open alert; severity follows the condition", "[alerting][receive]") {
  Alert alert = Receive(std::nullopt, WarningWith(Severity::kYellow), kNow).alert;
  const absl::CivilDay friday = kMonday + 4;

  const Change rose = Receive(alert, WarningWith(Severity::kRed, friday, "w2"), kNow);
  CHECK(rose.alert.alert_id == "w1");
  CHECK(rose.alert.severity == Severity::kRed);
  CHECK(rose.alert.occurrences == 2);
  CHECK(rose.alert.limits_from == friday);  // one working day from now, not from Monday
  CHECK(rose.alert.last.warning_id == "w2");
  CHECK(rose.steps[0].note == "severity YELLOW → RED: 22.0 points behind");

  const Change fell = Receive(rose.alert, WarningWith(Severity::kOrange, friday + 3, "w3"), kNow);
  CHECK(fell.alert.severity == Severity::kOrange);
  CHECK(fell.alert.limits_from == friday);
  CHECK(fell.alert.occurrences == 3);

  const Change clear = Receive(fell.alert, WarningWith(Severity::kClear, friday + 5, "w4"), kNow);
  CHECK(clear.alert.clear_since == friday + 5);
  CHECK(clear.alert.severity == Severity::kOrange);
  CHECK(clear.alert.occurrences == 3);
  CHECK(clear.alert.state == State::kRaised);
  CHECK(Receive(clear.alert, WarningWith(Severity::kInfo, friday + 6, "w5"), kNow).steps.empty());

  const Change back = Receive(clear.alert, WarningWith(Severity::kOrange, friday + 9, "w6"), kNow);
  CHECK_FALSE(back.alert.clear_since.has_value());
  CHECK(back.alert.occurrences == 4);
  CHECK(back.steps[0].note == "condition is back: 22.0 points behind");
}

TEST_CASE("After the end, only news raise a new alert", "[alerting][receive]") {
  struct Row {
    State ended;
    bool was_clear;
    Severity severity;  // the ended one is ORANGE
    bool raises;
  };
  const auto row = GENERATE(values<Row>({
      {State::kDismissed, false, Severity::kYellow, false},
      {State::kDismissed, false, Severity::kOrange, false},
      {State::kDismissed, false, Severity::kRed, true},
      {State::kDismissed, true, Severity::kYellow, true},
      {State::kClosed, false, Severity::kOrange, false},
      {State::kClosed, true, Severity::kOrange, true},
      {State::kAutoResolved, true, Severity::kOrange, true},
      {State::kClosed, true, Severity::kClear, false},
  }));
  Alert ended = AlertIn(row.ended);
  if (row.was_clear) ended.clear_since = kMonday;
  const Change change = Receive(ended, WarningWith(row.severity, kMonday + 9, "w9"), kNow);
  INFO(NameOf(row.ended) << " " << NameOf(row.severity));
  CHECK((change.alert.alert_id == "w9") == row.raises);
  CHECK(change.alert.ordinal == (row.raises ? 2 : 1));
  if (!row.raises) {
    CHECK(change.alert.state == row.ended);
    CHECK(change.alert.severity == Severity::kOrange);
  }
}

TEST_CASE("A fact of one moment that happens again joins the open alert, and is news after its end",
          "[alerting][receive]") {
  Warning again = WarningWith(Severity::kRed, kMonday + 1, "w2");
  again.repeats = true;
  const Alert open = AlertIn(State::kVerifying, Severity::kRed);
  const Change joined = Receive(open, again, kNow);
  CHECK(joined.alert.alert_id == open.alert_id);
  CHECK(joined.alert.occurrences == 2);
  CHECK(joined.alert.version == open.version + 1);
  REQUIRE(joined.steps.size() == 1);
  CHECK(joined.steps[0].note == "warned again: 22.0 points behind");

  const State ended = GENERATE(State::kDismissed, State::kClosed, State::kAutoResolved);
  const Change raised = Receive(AlertIn(ended, Severity::kRed), again, kNow);
  CHECK(raised.alert.alert_id == "w2");
  CHECK(raised.alert.ordinal == 2);
  CHECK(raised.alert.state == State::kRaised);
  CHECK(raised.alert.limits_from == kMonday + 1);
  // Without a repeat, whoever ended the alert knew.
  again.repeats = false;
  CHECK(Receive(AlertIn(ended, Severity::kRed), again, kNow).alert.alert_id == "w1");
}

TEST_CASE("A business date in the future puts no limit off", "[alerting][receive]") {
  const absl::CivilDay today = kMonday + 1;
  const Change raised =
      Receive(std::nullopt, WarningWith(Severity::kYellow, kMonday + 300), kNow, today);
  CHECK(raised.alert.limits_from == today);
  CHECK(raised.steps[0].business_date == today);
  CHECK(raised.alert.last.as_of == kMonday + 300);  // what was said stays
  Alert submitted = raised.alert;
  submitted.submitted_on = today;
  const Change graver =
      Receive(submitted, WarningWith(Severity::kRed, kMonday + 300, "w2"), kNow, today + 1);
  CHECK(graver.alert.limits_from == today + 1);
  CHECK(graver.alert.submitted_on == today + 1);
  const Change clear =
      Receive(submitted, WarningWith(Severity::kClear, kMonday + 300, "w3"), kNow, today + 1);
  CHECK(clear.alert.clear_since == today + 1);
  CHECK(
      Receive(std::nullopt, WarningWith(Severity::kRed, kMonday), kNow, today).alert.limits_from ==
      kMonday);
}

TEST_CASE("A condition that clears after the end makes the next one news", "[alerting][receive]") {
  const Change clear =
      Receive(AlertIn(State::kClosed), WarningWith(Severity::kClear, kMonday + 3), kNow);
  CHECK(clear.alert.clear_since == kMonday + 3);
  CHECK(clear.alert.state == State::kClosed);
  CHECK(
      Receive(clear.alert, WarningWith(Severity::kYellow, kMonday + 5, "w2"), kNow).alert.ordinal ==
      2);
}

TEST_CASE("A warning that comes late finds the history that it would have had",
          "[alerting][receive]") {
  const Calendar calendar;
  const absl::CivilDay friday = kMonday + 4;
  const Change in_time = Receive(std::nullopt, WarningWith(Severity::kRed), kNow);
  const Change closed = AtDayClose(in_time.alert, friday, calendar);

  const Change late = CatchUp(in_time, friday, calendar);
  CHECK(late.alert.version == 1);
  CHECK(late.alert.escalation_level == closed.alert.escalation_level);
  REQUIRE(late.steps.size() == 1 + closed.steps.size());
  CHECK(late.steps[1].business_date == closed.steps[0].business_date);
  CHECK(late.steps[1].escalation_level == 1);

  CHECK(CatchUp(in_time, kMonday, calendar).steps.size() == 1);
}

TEST_CASE("Reckoning writes due day and next check down", "[alerting][receive]") {
  Alert alert = Receive(std::nullopt, WarningWith(Severity::kYellow), kNow).alert;
  alert.clear_since = kMonday - 3;
  Reckon(alert, Calendar());
  CHECK(alert.due_on == kMonday + 7);
  CHECK(alert.next_check_on == AutoResolveOn(alert, Calendar()));
  alert.state = State::kClosed;
  Reckon(alert, Calendar());
  CHECK_FALSE(alert.due_on.has_value());
  CHECK_FALSE(alert.next_check_on.has_value());
}

TEST_CASE("A holiday moves the due day of an open alert, with a step", "[alerting][receive]") {
  Alert alert = Receive(std::nullopt, WarningWith(Severity::kRed), kNow).alert;
  Reckon(alert, Calendar());
  const Calendar holiday({{kMonday + 1, false}});
  const Change moved = Recalendar(alert, kMonday, holiday);
  CHECK(moved.alert.due_on == kMonday + 2);
  CHECK(moved.alert.version == alert.version + 1);
  REQUIRE(moved.steps.size() == 1);
  CHECK(moved.steps[0].note == "the calendar changed: due 2026-03-04");
  CHECK(Recalendar(moved.alert, kMonday, holiday).steps.empty());
  CHECK(Recalendar(AlertIn(State::kClosed), kMonday, holiday).steps.empty());
}

// A world of alerts under random warnings, commands and day closes.
class World {
 public:
  void Take(const Change& change) {
    if (change.steps.empty()) return;
    const auto [at, is_new] = alerts_.try_emplace(change.alert.alert_id, change.alert);
    if (!is_new) {
      CHECK(change.alert.version == at->second.version + 1);
      at->second = change.alert;
    }
  }

  std::optional<Alert> Latest(const std::string& fingerprint) const {
    std::optional<Alert> latest;
    for (const auto& [id, alert] : alerts_) {
      if (alert.fingerprint == fingerprint && (!latest || alert.ordinal > latest->ordinal))
        latest = alert;
    }
    return latest;
  }

  int Open(const std::string& fingerprint) const {
    return static_cast<int>(std::count_if(alerts_.begin(), alerts_.end(), [&](const auto& entry) {
      return entry.second.fingerprint == fingerprint && !HasEnded(entry.second.state);
    }));
  }

  std::map<std::string, Alert>& alerts() { return alerts_; }

 private:
  std::map<std::string, Alert> alerts_;
};

TEST_CASE("There are never two open alerts of one fingerprint", "[alerting][property]") {
  std::mt19937 random(7);  // NOLINT: a fixed seed makes the run repeatable
  World world;
  const Calendar calendar;
  size_t seen = 0;
  for (int i = 0; i < 5000; ++i) {
    const absl::CivilDay today = kMonday + i / 20;
    const std::string fingerprint = absl::StrCat("f", random() % 3);
    if (random() % 3 == 0) {
      Warning warning =
          WarningWith(static_cast<Severity>(random() % 5), today, absl::StrCat("w", i));
      warning.fingerprint = fingerprint;
      world.Take(Receive(world.Latest(fingerprint), warning, kNow));
    } else if (!world.alerts().empty()) {
      auto picked =
          std::next(world.alerts().begin(), static_cast<int>(random() % world.alerts().size()));
      const Alert alert = picked->second;
      const bool latest = world.Latest(alert.fingerprint)->alert_id == alert.alert_id;
      const auto change = Apply(alert, static_cast<Command>(1 + random() % 9), "note", 0,
                                {.business_date = today, .latest_of_fingerprint = latest});
      if (change.ok()) world.Take(*change);
    }
    if (i % 20 == 0) {
      for (auto& [id, alert] : world.alerts()) world.Take(AtDayClose(alert, today, calendar));
    }
    for (const char* each : {"f0", "f1", "f2"}) REQUIRE(world.Open(each) <= 1);
    REQUIRE(world.alerts().size() >= seen);  // A1
    seen = world.alerts().size();
  }
  CHECK(seen > 10);
}

}  // namespace
}  // namespace fiscus::alerting
