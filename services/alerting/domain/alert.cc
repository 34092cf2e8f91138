#include "services/alerting/domain/alert.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/alerting/domain/limits.h"

namespace fiscus::alerting {
namespace {

// One row of the table of commands. A command starts from exactly the states named.
struct Transition {
  Command command;
  std::string_view name;
  State from[3];  // unused places repeat the first
  State to;
  bool note_needed;
};

constexpr Transition kTransitions[] = {
    {Command::kAcknowledge,
     "ACKNOWLEDGE",
     {State::kRaised, State::kRaised, State::kRaised},
     State::kAcknowledged,
     false},
    {Command::kVerify,
     "VERIFY",
     {State::kAcknowledged, State::kAcknowledged, State::kAcknowledged},
     State::kVerifying,
     false},
    {Command::kDismiss,
     "DISMISS",
     {State::kVerifying, State::kVerifying, State::kVerifying},
     State::kDismissed,
     true},
    {Command::kOrderRectification,
     "ORDER_RECTIFICATION",
     {State::kVerifying, State::kVerifying, State::kVerifying},
     State::kRectifying,
     true},
    {Command::kSubmitResult,
     "SUBMIT_RESULT",
     {State::kRectifying, State::kRectifying, State::kRectifying},
     State::kSubmitted,
     true},
    {Command::kConfirmResult,
     "CONFIRM_RESULT",
     {State::kSubmitted, State::kSubmitted, State::kSubmitted},
     State::kVerified,
     true},
    {Command::kRejectResult,
     "REJECT_RESULT",
     {State::kSubmitted, State::kSubmitted, State::kSubmitted},
     State::kRectifying,
     true},
    {Command::kClose,
     "CLOSE",
     {State::kVerified, State::kVerified, State::kVerified},
     State::kClosed,
     true},
    {Command::kReopen,
     "REOPEN",
     {State::kDismissed, State::kClosed, State::kAutoResolved},
     State::kRaised,
     true},
};

const Transition& TransitionOf(Command command) {
  return kTransitions[static_cast<int>(command) - static_cast<int>(Command::kAcknowledge)];
}

// Takes the alert to `state` and writes the step down. A new step starts with nobody told: level 0.
void Move(Change& change, State state, absl::CivilDay on, std::string note) {
  Alert& alert = change.alert;
  const State from = alert.state;
  if (state != from) alert.escalation_level = 0;
  alert.state = state;
  change.steps.push_back({from, state, on, std::move(note), alert.escalation_level});
}

// A change has one version, however many steps it consists of.
Change Versioned(Change change) {
  if (!change.steps.empty()) ++change.alert.version;
  return change;
}

// A reopened alert has its limits, and the hold time of a clear condition, anew.
void Restart(Alert& alert, absl::CivilDay on) {
  alert.limits_from = on;
  if (alert.clear_since) alert.clear_since = std::max(*alert.clear_since, on);
}

bool IsBlank(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
}

absl::Status WrongState(const Alert& alert, const Transition& transition, bool superseded) {
  Figures figures{{"state", std::string(NameOf(alert.state))},
                  {"command", std::string(transition.name)}};
  if (superseded) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
                  "a later alert of the same fingerprint exists; act on that one",
                  std::move(figures));
  }
  return Refuse(
      absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
      absl::StrCat(ToAbsl(transition.name), " does not start from ", ToAbsl(NameOf(alert.state))),
      std::move(figures));
}

Alert NewAlert(const Warning& warning, int ordinal, absl::CivilDay on, absl::Time now) {
  Alert alert;
  alert.alert_id = warning.warning_id;
  alert.fingerprint = warning.fingerprint;
  alert.ordinal = ordinal;
  alert.limits_from = on;
  alert.raised_at = now;
  return alert;
}

void TakeEvidence(Alert& alert, const Warning& warning) {
  alert.last = warning;
  alert.severity = warning.severity;
  alert.clear_since.reset();
  ++alert.occurrences;
}

Change Raise(const Warning& warning, int ordinal, absl::CivilDay on, absl::Time now) {
  Change change{NewAlert(warning, ordinal, on, now), {}};
  TakeEvidence(change.alert, warning);
  change.steps.push_back({State::kRaised, State::kRaised, on, warning.message, 0});
  return Versioned(std::move(change));
}

Change Clear(Change change, const Warning& warning, absl::CivilDay on) {
  if (change.alert.clear_since) return change;
  change.alert.clear_since = on;
  Move(change, change.alert.state, on, absl::StrCat("condition clear: ", warning.message));
  return Versioned(std::move(change));
}

// The condition of an alert goes on, with the same or another severity.
Change GoOn(Change change, const Warning& warning, absl::CivilDay on) {
  Alert& alert = change.alert;
  const Severity before = alert.severity;
  const bool was_clear = alert.clear_since.has_value();
  TakeEvidence(alert, warning);
  if (HasEnded(alert.state)) {
    // The severity at its end is what the person who ended it knew; only a graver one is news.
    alert.severity = before;
  } else if (alert.severity > before) {
    // A graver matter has the limits of its own gravity, from the day on which it became so.
    alert.limits_from = std::max(alert.limits_from, on);
    if (alert.submitted_on) alert.submitted_on = std::max(*alert.submitted_on, on);
    alert.escalation_level = 0;
  }
  std::string note = was_clear ? "condition is back: " : "warned again: ";
  if (alert.severity != before) {
    note = absl::StrCat("severity ", ToAbsl(NameOf(before)), " → ", ToAbsl(NameOf(alert.severity)),
                        ": ");
  }
  Move(change, alert.state, on, absl::StrCat(note, warning.message));
  return Versioned(std::move(change));
}

}  // namespace

bool HasEnded(State state) {
  return state == State::kDismissed || state == State::kClosed || state == State::kAutoResolved;
}

std::string_view NameOf(State state) {
  switch (state) {
    case State::kRaised:
      return "RAISED";
    case State::kAcknowledged:
      return "ACKNOWLEDGED";
    case State::kVerifying:
      return "VERIFYING";
    case State::kDismissed:
      return "DISMISSED";
    case State::kRectifying:
      return "RECTIFYING";
    case State::kSubmitted:
      return "SUBMITTED";
    case State::kVerified:
      return "VERIFIED";
    case State::kClosed:
      return "CLOSED";
    case State::kAutoResolved:
      return "AUTO_RESOLVED";
  }
  return "UNKNOWN";
}

std::string_view NameOf(Severity severity) {
  switch (severity) {
    case Severity::kClear:
      return "CLEAR";
    case Severity::kInfo:
      return "INFO";
    case Severity::kYellow:
      return "YELLOW";
    case Severity::kOrange:
      return "ORANGE";
    case Severity::kRed:
      return "RED";
  }
  return "UNKNOWN";
}

absl::StatusOr<Change> Apply(const Alert& alert, Command command, const std::string& note,
                             int64_t expected_version, const Circumstances& circumstances) {
  if (expected_version != 0 && expected_version != alert.version) {
    return Refuse(absl::StatusCode::kAborted, "VERSION_MISMATCH",
                  "the alert changed meanwhile; read it again",
                  {{"version", absl::StrCat(alert.version)},
                   {"expected_version", absl::StrCat(expected_version)}});
  }
  const Transition& transition = TransitionOf(command);
  const bool starts_here = std::find(std::begin(transition.from), std::end(transition.from),
                                     alert.state) != std::end(transition.from);
  const bool superseded = command == Command::kReopen && !circumstances.latest_of_fingerprint;
  if (!starts_here || superseded) return WrongState(alert, transition, starts_here && superseded);
  if (transition.note_needed && IsBlank(note)) {
    return Refuse(absl::StatusCode::kInvalidArgument, "NOTE_MISSING",
                  "say in `note` why, or what was done",
                  {{"command", std::string(transition.name)}});
  }
  if (command == Command::kDismiss && circumstances.of_alerted_unit) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "OWN_UNIT",
                  "an alert is dismissed by someone above the alerted unit, not by the unit itself",
                  {{"unit_path", alert.last.unit_path}});
  }

  Change change{alert, {}};
  if (command == Command::kReopen) Restart(change.alert, circumstances.business_date);
  if (command == Command::kSubmitResult) change.alert.submitted_on = circumstances.business_date;
  Move(change, transition.to, circumstances.business_date, note);
  return Versioned(std::move(change));
}

Change Receive(const std::optional<Alert>& latest, const Warning& warning, absl::Time now,
               std::optional<absl::CivilDay> latest_day) {
  const bool clear = warning.severity <= Severity::kInfo;
  const absl::CivilDay on = latest_day ? std::min(warning.as_of, *latest_day) : warning.as_of;
  if (!latest) return clear ? Change{} : Raise(warning, 1, on, now);
  if (clear) return Clear({*latest, {}}, warning, on);
  const bool news =
      latest->clear_since.has_value() || warning.severity > latest->severity || warning.repeats;
  if (HasEnded(latest->state) && news) return Raise(warning, latest->ordinal + 1, on, now);
  return GoOn({*latest, {}}, warning, on);
}

Change AtDayClose(const Alert& alert, absl::CivilDay day, const Calendar& calendar) {
  Change change{alert, {}};
  // At most three levels and one end.
  for (auto next = NextCheckOn(change.alert, calendar); next && *next <= day;
       next = NextCheckOn(change.alert, calendar)) {
    if (AutoResolveOn(change.alert, calendar) == next) {
      Move(change, State::kAutoResolved, *next, "the condition stayed clear for the hold time");
      continue;
    }
    ++change.alert.escalation_level;
    const absl::CivilDay due = *DueOn(change.alert, calendar);
    Move(change, change.alert.state, *next,
         absl::StrCat("overdue since ", FormatDate(due), ": escalated to level ",
                      change.alert.escalation_level));
  }
  return Versioned(std::move(change));
}

Change CatchUp(Change change, absl::CivilDay closed_on, const Calendar& calendar) {
  Change late = AtDayClose(change.alert, closed_on, calendar);
  late.alert.version = change.alert.version;
  change.alert = std::move(late.alert);
  change.steps.insert(change.steps.end(), late.steps.begin(), late.steps.end());
  return change;
}

Change Recalendar(const Alert& alert, absl::CivilDay today, const Calendar& calendar) {
  Change change{alert, {}};
  Reckon(change.alert, calendar);
  const std::optional<absl::CivilDay> due = change.alert.due_on;
  if (!due || (due == alert.due_on && change.alert.next_check_on == alert.next_check_on))
    return {alert, {}};
  Move(change, alert.state, today, absl::StrCat("the calendar changed: due ", FormatDate(*due)));
  return Versioned(std::move(change));
}

std::optional<absl::CivilDay> NextCheckOn(const Alert& alert, const Calendar& calendar) {
  const auto escalation = NextEscalationOn(alert, calendar);
  const auto resolve = AutoResolveOn(alert, calendar);
  if (escalation && resolve) return std::min(*escalation, *resolve);
  return escalation ? escalation : resolve;
}

void Reckon(Alert& alert, const Calendar& calendar) {
  alert.due_on = DueOn(alert, calendar);
  alert.next_check_on = NextCheckOn(alert, calendar);
}

}  // namespace fiscus::alerting
