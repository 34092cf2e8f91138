#include "services/alerting/publish/convert.h"

#include <optional>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/core/text.h"

namespace fiscus::alerting {
namespace {

std::string EndOf(absl::CivilDay day, absl::TimeZone zone) {
  return FormatTimestamp(absl::FromCivil(day + 1, zone));
}

// Names of values are identifiers; the store joins them by commas.
bool IsFactName(const std::string& name) {
  return !name.empty() && name.find(',') == std::string::npos;
}

// The first thing that is wrong with a warning; empty: nothing.
std::string WrongField(const monitor::v1::Warning& warning) {
  if (!IsUuid(warning.warning_id())) return "warning_id";
  if (warning.fingerprint().empty()) return "fingerprint";
  if (warning.rule_id().empty()) return "rule_id";
  if (!warning.project_id().empty() && !IsUuid(warning.project_id())) return "project_id";
  if (!IsUnitPath(warning.unit_path())) return "unit_path";
  if (!monitor::v1::Severity_IsValid(warning.severity())) return "severity";
  for (const monitor::v1::Fact& fact : warning.facts()) {
    if (!IsFactName(fact.name())) return "facts.name";
  }
  return "";
}

}  // namespace

v1::Alert ToProto(const Alert& alert, absl::TimeZone zone) {
  v1::Alert proto;
  proto.set_alert_id(alert.alert_id);
  proto.set_fingerprint(alert.fingerprint);
  proto.set_rule_id(alert.last.rule_id);
  proto.set_rule_version(alert.last.rule_version);
  proto.set_title(alert.last.title);
  proto.set_subject(alert.last.subject);
  proto.set_project_id(alert.last.project_id);
  proto.set_unit_path(alert.last.unit_path);
  proto.set_severity(static_cast<monitor::v1::Severity>(alert.severity));
  proto.set_state(static_cast<v1::AlertState>(alert.state));
  proto.set_message(alert.last.message);
  proto.set_citation(alert.last.citation);
  proto.set_occurrences(alert.occurrences);
  for (const Fact& fact : alert.last.facts) {
    monitor::v1::Fact& added = *proto.add_facts();
    added.set_name(fact.name);
    added.set_value(fact.value);
  }
  proto.set_condition_clear(alert.clear_since.has_value());
  proto.set_raised_at(FormatTimestamp(alert.raised_at));
  if (alert.due_on) proto.set_due_at(EndOf(*alert.due_on, zone));
  proto.set_escalation_level(alert.escalation_level);
  proto.set_version(alert.version);
  proto.set_as_of(FormatDate(alert.last.as_of));
  proto.set_caused_at(alert.last.caused_at);
  return proto;
}

void AddSteps(const std::vector<StoredStep>& steps, v1::Alert& alert) {
  for (const StoredStep& step : steps) {
    v1::AlertStep& added = *alert.add_steps();
    added.set_state(static_cast<v1::AlertState>(step.state));
    added.set_at(FormatTimestamp(step.at));
    added.mutable_actor()->set_subject(step.actor);
    added.mutable_actor()->set_on_behalf_of(step.on_behalf_of);
    added.set_note(step.note);
    added.set_escalation_level(step.escalation_level);
  }
}

absl::StatusOr<Warning> FromProto(const monitor::v1::Warning& warning) {
  std::string wrong = WrongField(warning);
  const std::optional<absl::CivilDay> as_of = ParseDate(warning.as_of());
  if (wrong.empty() && !as_of) wrong = "as_of";
  if (!wrong.empty())
    return InvalidFields({{"warning." + wrong, "not what the monitor publishes"}});

  Warning result{.warning_id = warning.warning_id(),
                 .fingerprint = warning.fingerprint(),
                 .rule_id = warning.rule_id(),
                 .rule_version = warning.rule_version(),
                 .title = warning.title(),
                 .subject = warning.subject(),
                 .project_id = warning.project_id(),
                 .unit_path = warning.unit_path(),
                 .message = warning.message(),
                 .citation = warning.citation(),
                 .facts = {},
                 .caused_by = warning.caused_by(),
                 .caused_at = warning.caused_at(),
                 .severity = static_cast<Severity>(warning.severity()),
                 .repeats = warning.previous() == warning.severity(),
                 .as_of = *as_of};
  for (const monitor::v1::Fact& fact : warning.facts())
    result.facts.push_back({fact.name(), fact.value()});
  return result;
}

}  // namespace fiscus::alerting
