#include "tests/sim/world/alerting_shell.h"

#include <algorithm>
#include <utility>

#include "services/alerting/domain/business_clock.h"
#include "services/alerting/domain/limits.h"
#include "tests/sim/world/budget_words.h"

namespace fiscus::sim {
namespace {

constexpr int64_t kGapPauseMs = 200;

const alerting::Calendar kCalendar;

alerting::Warning WarningOf(const trace::Fact& fact) {
  alerting::Warning warning;
  warning.warning_id = fact.id;
  warning.fingerprint = fact.fingerprint;
  warning.rule_id = fact.rule;
  warning.subject = fact.line;
  warning.project_id = fact.key;
  warning.unit_path = "/33/edu/";
  warning.message = "w";
  warning.severity = static_cast<alerting::Severity>(fact.severity);
  warning.as_of = DayOf(fact.day);
  return warning;
}

// The command that brings an alert on; nullopt: it has ended.
std::optional<alerting::Command> NextOf(alerting::State state) {
  switch (state) {
    case alerting::State::kRaised:
      return alerting::Command::kAcknowledge;
    case alerting::State::kAcknowledged:
      return alerting::Command::kVerify;
    case alerting::State::kVerifying:
      return alerting::Command::kOrderRectification;
    case alerting::State::kRectifying:
      return alerting::Command::kSubmitResult;
    case alerting::State::kSubmitted:
      return alerting::Command::kConfirmResult;
    case alerting::State::kVerified:
      return alerting::Command::kClose;
    default:
      return std::nullopt;
  }
}

}  // namespace

AlertingShell::AlertingShell(Kernel& kernel, const Bugs& bugs, audit::Auditor& auditor,
                             const Log& warnings, Outbox& outbox)
    : Part("alerting"),
      kernel_(kernel),
      bugs_(bugs),
      auditor_(auditor),
      warnings_(warnings),
      outbox_(outbox),
      offsets_(static_cast<size_t>(warnings.partitions())),
      awake_(static_cast<size_t>(warnings.partitions())) {}

void AlertingShell::Crash() {}

void AlertingShell::Restart() {
  std::fill(awake_.begin(), awake_.end(), false);
  for (int p = 0; p < warnings_.partitions(); ++p) Wake(p);
}

void AlertingShell::Wake(int partition) {
  const auto p = static_cast<size_t>(partition);
  if (awake_[p]) return;
  awake_[p] = true;
  kernel_.After(*this, 5, "alerting takes", [this, p, partition] {
    awake_[p] = false;
    Poll(partition);
  });
}

// One record, one transaction.
void AlertingShell::Poll(int partition) {
  const auto p = static_cast<size_t>(partition);
  const std::vector<trace::Fact>& log = warnings_.Records(partition);
  if (offsets_[p] >= log.size()) return;
  const trace::Fact& fact = log[offsets_[p]];
  if (bugs_.Has(Bug::kInboxApart)) {
    ++offsets_[p];
    inbox_[fact.aggregate] = fact.sequence;
    kernel_.After(*this, 10, "alerting applies", [this, fact] {
      trace::AlertCommit commit;
      Receive(fact, commit);
      auditor_.OnAlerts(commit);
    });
    Wake(partition);
    return;
  }
  if (kernel_.Happens(FaultKind::kAbort, "warning " + fact.id) || !Take(fact)) {
    awake_[p] = true;
    kernel_.After(*this, kGapPauseMs, "alerting tries again", [this, p, partition] {
      awake_[p] = false;
      Poll(partition);
    });
    return;
  }
  ++offsets_[p];
  Wake(partition);
}

// False: there is a gap.
bool AlertingShell::Take(const trace::Fact& fact) {
  int64_t& last = inbox_[fact.aggregate];
  if (fact.sequence <= last && !bugs_.Has(Bug::kEvidenceTwice)) return true;
  if (fact.sequence > last + 1) return false;
  last = std::max(last, fact.sequence);
  trace::AlertCommit commit;
  Receive(fact, commit);
  auditor_.OnAlerts(commit);
  return true;
}

void AlertingShell::Receive(const trace::Fact& fact, trace::AlertCommit& commit) {
  if (!evidence_.insert(fact.id).second && !bugs_.Has(Bug::kEvidenceTwice)) return;
  commit.evidence.push_back(fact.id);
  if (bugs_.Has(Bug::kClearIgnored) && fact.severity == 0) return;
  std::optional<alerting::Alert> latest;
  if (const auto known = alerts_.find(fact.fingerprint); known != alerts_.end()) {
    latest = known->second.back();
  }
  const absl::Time now = absl::FromUnixMillis(kernel_.now_ms());
  alerting::Change change = alerting::Receive(
      bugs_.Has(Bug::kDuplicateAlert) ? std::nullopt : latest, WarningOf(fact), now);
  if (change.steps.empty()) return;
  if (bugs_.Has(Bug::kDuplicateAlert) && latest.has_value()) {
    change.alert.ordinal = latest->ordinal + 1;
  }
  if (closed_ != 0) change = alerting::CatchUp(std::move(change), DayOf(closed_), kCalendar);
  alerting::Reckon(change.alert, kCalendar);
  Keep(change, commit);
}

void AlertingShell::Keep(const alerting::Change& change, trace::AlertCommit& commit,
                         bool dismissed_own) {
  const alerting::Alert& alert = change.alert;
  std::vector<alerting::Alert>& all = alerts_[alert.fingerprint];
  const auto place = static_cast<size_t>(alert.ordinal - 1);
  if (place >= all.size()) all.resize(place + 1);
  all[place] = alert;
  trace::AlertRow row{.id = alert.alert_id,
                      .fingerprint = alert.fingerprint,
                      .state = std::string(alerting::NameOf(alert.state)),
                      .ordinal = alert.ordinal,
                      .occurrences = alert.occurrences,
                      .severity = static_cast<int>(alert.severity),
                      .level = alert.escalation_level,
                      .version = alert.version,
                      .path = {std::string(alerting::NameOf(change.steps.front().from))},
                      .dismissed_by_own_unit = dismissed_own,
                      .clear = alert.clear_since.has_value()};
  for (const alerting::Step& step : change.steps) {
    row.path.emplace_back(alerting::NameOf(step.state));
  }
  commit.alerts.push_back(std::move(row));
}

void AlertingShell::CloseDay(const std::string& request_id, int32_t day, const Reply& reply) {
  const std::string body = "CLOSE_DAY|" + std::to_string(day);
  if (const auto known = requests_.find(request_id); known != requests_.end()) {
    return reply(known->second);
  }
  const auto last = closed_ == 0 ? std::nullopt : std::optional(DayOf(closed_));
  trace::Answer answer{request_id, body, ""};
  trace::AlertCommit commit;
  if (!alerting::MayClose(last, DayOf(day)).ok()) {
    answer.reason = "DAY_OUT_OF_ORDER";
  } else if (day != closed_) {
    closed_ = commit.closed_day = day;
    trace::Fact tick{
        .kind = "DAY", .aggregate = "clock/t", .sequence = ++ticks_, .broadcast = true};
    tick.id = "clock/t#" + std::to_string(ticks_);
    tick.day = day;
    commit.outbox.push_back(tick);
    outbox_.Commit(outbox_.TakeId(), tick);
    for (auto& [fingerprint, all] : alerts_) {
      const std::vector<alerting::Alert> before = all;
      for (const alerting::Alert& alert : before) {
        if (!alert.next_check_on || *alert.next_check_on > DayOf(day)) continue;
        alerting::Change change = alerting::AtDayClose(alert, DayOf(day), kCalendar);
        alerting::Reckon(change.alert, kCalendar);
        if (!change.steps.empty()) Keep(change, commit);
      }
    }
  }
  requests_[request_id] = answer;
  commit.requests.push_back(answer);
  auditor_.OnAlerts(commit);
  reply(answer);
}

void AlertingShell::Order(const std::string& request_id, const AlertOrder& order,
                          const Reply& reply) {
  if (const auto known = requests_.find(request_id); known != requests_.end()) {
    return reply(known->second);
  }
  trace::Answer answer{request_id, "ALERT", ""};
  trace::AlertCommit commit;
  auto it = alerts_.find(order.fingerprint);
  if (order.fingerprint.empty() && !alerts_.empty()) {
    it = std::next(alerts_.begin(), order.nth % static_cast<int>(alerts_.size()));
  }
  if (it == alerts_.end()) {
    answer.reason = "NOT_FOUND";
  } else {
    const alerting::Alert alert = order.first ? it->second.front() : it->second.back();
    const auto command = order.command != 0
                             ? std::optional(static_cast<alerting::Command>(order.command))
                             : NextOf(alert.state);
    const bool latest = !order.first || it->second.size() == 1 || bugs_.Has(Bug::kReopensOld);
    const alerting::Circumstances circumstances{
        .business_date = alerting::OpenDay(
            closed_ == 0 ? std::nullopt : std::optional(DayOf(closed_)), DateAt(0)),
        .of_alerted_unit = order.own_unit && !bugs_.Has(Bug::kOwnUnitDismisses),
        .latest_of_fingerprint = latest};
    absl::StatusOr<alerting::Change> change = absl::FailedPreconditionError("ended");
    if (command) change = alerting::Apply(alert, *command, "note", 0, circumstances);
    if (change.ok()) {
      alerting::Reckon(change->alert, kCalendar);
      Keep(*change, commit, order.own_unit && *command == alerting::Command::kDismiss);
    } else {
      answer.reason = "REFUSED";
    }
  }
  requests_[request_id] = answer;
  commit.requests.push_back(answer);
  auditor_.OnAlerts(commit);
  reply(answer);
}

}  // namespace fiscus::sim
