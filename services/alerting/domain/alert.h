// An alert and what may happen to it (domain B6): pure, total functions from (alert, input) to
// (alert, steps).
//
// Invariants:
//   A1  No alert is deleted: a new occurrence after the end is a new alert, with the next ordinal
//   of its fingerprint. A2  DISMISS needs a reason and a person who is not of the alerted unit. At
//   most one open alert per fingerprint: a warning joins the open one; REOPEN is refused unless the
//   alert is the fingerprint's latest.
// An alert that changed has a version one higher; each step is one row of its history, oldest
// first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/alerting/domain/calendar.h"

namespace fiscus::alerting {

// Numbers as in fiscus.monitor.v1.Severity; stored.
enum class Severity { kClear = 0, kInfo = 1, kYellow = 2, kOrange = 3, kRed = 4 };

// Numbers as in fiscus.alerting.v1.AlertState; stored.
enum class State {
  kRaised = 1,
  kAcknowledged = 2,
  kVerifying = 3,
  kDismissed = 4,
  kRectifying = 5,
  kSubmitted = 6,
  kVerified = 7,
  kClosed = 8,
  kAutoResolved = 9,
};

// Numbers as in fiscus.alerting.v1.AlertCommand.
enum class Command {
  kAcknowledge = 1,
  kVerify = 2,
  kDismiss = 3,
  kOrderRectification = 4,
  kSubmitResult = 5,
  kConfirmResult = 6,
  kRejectResult = 7,
  kClose = 8,
  kReopen = 9,
};

// An input value of a rule; the unit is the name's suffix.
struct Fact {
  std::string name;
  int64_t value = 0;

  friend bool operator==(const Fact&, const Fact&) = default;
};

// A warning of the monitor, as received.
struct Warning {
  std::string warning_id;   // UUID, deterministic
  std::string fingerprint;  // one open alert each
  std::string rule_id;
  std::string rule_version;
  std::string title;
  std::string subject;
  std::string project_id;  // empty: none
  std::string unit_path;
  std::string message;
  std::string citation;
  std::vector<Fact> facts;
  std::string caused_by;  // ce_id of the causing event
  std::string caused_at;  // its RFC 3339 time
  Severity severity = Severity::kClear;
  bool repeats = false;  // the severity was the same before: a fact of one moment happened again
  absl::CivilDay as_of;  // business date
};

struct Alert {
  std::string alert_id;  // UUID: the id of the warning that raised it
  std::string fingerprint;
  int ordinal = 1;  // 1 for the fingerprint's first alert, then 2 …
  Warning
      last;  // the last warning that was not a clear one; its severity is not used, see `severity`
  Severity severity = Severity::kYellow;  // now; stays at its last value when the condition clears
  State state = State::kRaised;
  int occurrences = 0;  // warnings received, clear ones not counted
  std::optional<absl::CivilDay>
      clear_since;             // business date from which the condition is clear; nullopt: it holds
  absl::CivilDay limits_from;  // the limits count from here: raised, reopened, or severity rose
  std::optional<absl::CivilDay> submitted_on;   // business date of the last result
  int escalation_level = 0;                     // of the present step, 0..3
  std::optional<absl::CivilDay> due_on;         // as Reckon found it
  std::optional<absl::CivilDay> next_check_on;  // as Reckon found it
  absl::Time raised_at;
  int64_t version = 0;
};

// One row of an alert's history.
struct Step {
  State from = State::kRaised;  // equals `state` where only severity, condition or level changed
  State state = State::kRaised;
  absl::CivilDay business_date;
  std::string note;
  int escalation_level = 0;  // reached by this step
};

// What a decision leads to. Nothing changed if `steps` is empty.
struct Change {
  Alert alert;
  std::vector<Step> steps;
};

// True in DISMISSED, CLOSED and AUTO_RESOLVED.
bool HasEnded(State state);

// Upper-case name of a state as in the proto, without its prefix, e.g. "RAISED"; likewise
// severities ("CLEAR" for none).
std::string_view NameOf(State state);
std::string_view NameOf(Severity severity);

// What a command knows about its circumstances.
struct Circumstances {
  absl::CivilDay business_date;       // the day that is open: the one after the last closed
  bool of_alerted_unit = false;       // the caller belongs to the alerted unit (A2)
  bool latest_of_fingerprint = true;  // no later alert of the same fingerprint exists
};

// Decides a command. `expected_version` 0: any.
// Refuses, in this order: VERSION_MISMATCH, WRONG_STATE, NOTE_MISSING, OWN_UNIT.
absl::StatusOr<Change> Apply(const Alert& alert, Command command, const std::string& note,
                             int64_t expected_version, const Circumstances& circumstances);

// Takes a warning in. `latest`: the fingerprint's alert with the highest ordinal, nullopt if there
// is none; `now` becomes `raised_at` of a new alert. `latest_day`: what the warning leads to
// happened on its business date, but no later than on this day; nullopt: any.
//
//   `latest` is open → joins it: evidence and count, severity follows; a clear warning sets
//     `clear_since`.
//   None, and the warning is clear → nothing.
//   None, or `latest` has ended and the warning is news (the condition was clear in between, or is
//     graver now, or a fact of one moment happened again) → a new alert.
//   Else (`latest` has ended, the condition goes on no worse) → stays evidence of the ended alert:
//     whoever dismissed or closed it knew of this condition. A clear warning marks it, so that the
//     next occurrence raises a new alert.
//
// INFO is for information only: it raises nothing and counts as clear.
Change Receive(const std::optional<Alert>& latest, const Warning& warning, absl::Time now,
               std::optional<absl::CivilDay> latest_day = std::nullopt);

// What the close of `day` does to an open alert: escalation levels, and the end of a YELLOW alert
// whose condition stayed clear. Days closed together give the same steps as days closed one by one;
// each step carries the day on which it fell due.
Change AtDayClose(const Alert& alert, absl::CivilDay day, const Calendar& calendar);

// Adds to a change what the days closed meanwhile would have done, if the warning had come in time:
// so the history does not depend on how late a warning arrives. One version, as before.
Change CatchUp(Change change, absl::CivilDay closed_on, const Calendar& calendar);

// What a change of the calendar does to an open alert: one step if its due day moves, on `today`,
// else none.
Change Recalendar(const Alert& alert, absl::CivilDay today, const Calendar& calendar);

// The first day at whose close AtDayClose has something to do; nullopt: none.
std::optional<absl::CivilDay> NextCheckOn(const Alert& alert, const Calendar& calendar);

// Writes `due_on` and `next_check_on` down, for the store to find the alert by. The calendar may
// change later: then anew.
void Reckon(Alert& alert, const Calendar& calendar);

}  // namespace fiscus::alerting
