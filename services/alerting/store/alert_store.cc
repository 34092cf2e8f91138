#include "services/alerting/store/alert_store.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/alerting/store/queries.h"

namespace fiscus::alerting {
namespace {

using pg::Args;
using pg::Row;
using pg::Rows;

// Alerts read at once, count; bounds the memory of one result.
constexpr int kChunk = 500;
constexpr const char* kFirstId = "00000000-0000-0000-0000-000000000000";

absl::Status NotFound(const std::string& alert_id) {
  return Refuse(absl::StatusCode::kNotFound, "ALERT_NOT_FOUND", "no such alert",
                {{"alert_id", alert_id}});
}

std::optional<absl::CivilDay> DateOrNone(const Row& row, const char* column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Date(column);
}

std::string TextOf(const std::optional<absl::CivilDay>& day) {
  return day ? FormatDate(*day) : std::string();
}

std::vector<Fact> FactsOf(const std::string& names, const std::string& values) {
  if (names.empty()) return {};
  const std::vector<std::string> name = absl::StrSplit(names, ',');
  const std::vector<std::string> value = absl::StrSplit(values, ',');
  std::vector<Fact> facts(name.size());
  for (size_t i = 0; i < name.size(); ++i) {
    facts[i].name = name[i];
    if (!absl::SimpleAtoi(value.at(i), &facts[i].value))
      facts[i].value = 0;  // the column is bigint[]: cannot happen
  }
  return facts;
}

Alert AlertOf(const Row& row) {
  Alert alert;
  alert.alert_id = row.Text("alert_id");
  alert.fingerprint = row.Text("fingerprint");
  alert.ordinal = static_cast<int>(row.Int("ordinal"));
  alert.state = static_cast<State>(row.Int("state"));
  alert.severity = static_cast<Severity>(row.Int("severity"));
  alert.last = {.warning_id = row.Text("last_warning_id"),
                .fingerprint = alert.fingerprint,
                .rule_id = row.Text("rule_id"),
                .rule_version = row.Text("rule_version"),
                .title = row.Text("title"),
                .subject = row.Text("subject"),
                .project_id = row.Text("project_id"),
                .unit_path = row.Text("unit_path"),
                .message = row.Text("message"),
                .citation = row.Text("citation"),
                .facts = FactsOf(row.Text("fact_names"), row.Text("fact_values")),
                .caused_by = row.Text("caused_by"),
                .caused_at = row.Text("caused_at"),
                .severity = alert.severity,
                .as_of = row.Date("as_of")};
  alert.occurrences = static_cast<int>(row.Int("occurrences"));
  alert.clear_since = DateOrNone(row, "clear_since");
  alert.limits_from = row.Date("limits_from");
  alert.submitted_on = DateOrNone(row, "submitted_on");
  alert.due_on = DateOrNone(row, "due_on");
  alert.next_check_on = DateOrNone(row, "next_check_on");
  alert.escalation_level = static_cast<int>(row.Int("escalation_level"));
  alert.raised_at = row.Time("raised_at");
  alert.version = row.Int("version");
  return alert;
}

std::vector<Alert> AlertsOf(const Rows& rows) {
  std::vector<Alert> alerts;
  alerts.reserve(static_cast<size_t>(rows.size()));
  for (const Row row : rows) alerts.push_back(AlertOf(row));
  return alerts;
}

// Reads all chunks of a query whose last two parameters are the last id and the limit; `head` makes
// the ones before.
template <class Head>
absl::StatusOr<std::vector<Alert>> ReadAll(pg::Tx& tx, const pg::Query& query, Head head) {
  std::vector<Alert> all;
  std::string last = kFirstId;
  for (;;) {
    Args args = head();
    ASSIGN_OR_RETURN(const Rows rows, tx.Run(query, args.Text(last).Int(kChunk)));
    for (const Row row : rows) all.push_back(AlertOf(row));
    if (rows.size() < kChunk) return all;
    last = all.back().alert_id;
  }
}

struct FactColumns {
  std::vector<std::string> names;
  std::vector<int64_t> values;
};

FactColumns ColumnsOf(const std::vector<Fact>& facts) {
  FactColumns columns;
  for (const Fact& fact : facts) {
    columns.names.push_back(fact.name);
    columns.values.push_back(fact.value);
  }
  return columns;
}

// A unique index refused: another transaction raised or reopened an alert of the fingerprint. Run
// again, and join that one.
absl::Status QuickerOther(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kAlreadyExists)
    return absl::AbortedError(status.message());
  return status;
}

absl::Status InsertSteps(pg::Tx& tx, std::span<const Change> changes, const Author& author) {
  std::vector<std::string> ids, dates, notes;
  std::vector<int64_t> states, levels;
  for (const Change& change : changes) {
    for (const Step& step : change.steps) {
      ids.push_back(change.alert.alert_id);
      states.push_back(static_cast<int64_t>(step.state));
      dates.push_back(FormatDate(step.business_date));
      notes.push_back(step.note);
      levels.push_back(step.escalation_level);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx
      .Run(sql::kInsertSteps, Args()
                                  .Text(tx.tenant())
                                  .Time(author.at)
                                  .Text(author.actor)
                                  .Text(author.on_behalf_of)
                                  .TextArray(ids)
                                  .IntArray(states)
                                  .TextArray(dates)
                                  .TextArray(notes)
                                  .IntArray(levels))
      .status();
}

}  // namespace

absl::StatusOr<Alert> LoadAlert(pg::Tx& tx, const std::string& alert_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kLoadAlert, Args().Text(tx.tenant()).Text(alert_id)));
  if (rows.empty()) return NotFound(alert_id);
  return AlertOf(rows[0]);
}

absl::StatusOr<LockedAlert> LockAlert(pg::Tx& tx, const std::string& alert_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kLoadAlertForUpdate, Args().Text(tx.tenant()).Text(alert_id)));
  if (rows.empty()) return NotFound(alert_id);
  return LockedAlert{AlertOf(rows[0]), rows[0].Bool("superseded")};
}

absl::StatusOr<std::optional<Alert>> LockLatest(pg::Tx& tx, const std::string& fingerprint) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Run(sql::kLoadLatestAlertForUpdate,
                                           Args().Text(tx.tenant()).Text(fingerprint)));
  if (rows.empty()) return std::optional<Alert>();
  return std::optional<Alert>(AlertOf(rows[0]));
}

absl::StatusOr<std::vector<Alert>> LockDue(pg::Tx& tx, absl::CivilDay day) {
  return ReadAll(tx, sql::kLoadDueAlertsForUpdate,
                 [&] { return Args().Text(tx.tenant()).Date(day); });
}

absl::StatusOr<std::vector<Alert>> LockOpen(pg::Tx& tx) {
  return ReadAll(tx, sql::kLoadOpenAlertsForUpdate, [&] { return Args().Text(tx.tenant()); });
}

absl::StatusOr<std::vector<Alert>> PageOfAlerts(pg::Tx& tx, const AlertFilter& filter,
                                                const std::string& after_id, int limit) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kListAlerts, Args()
                                                .Text(tx.tenant())
                                                .TextArray(filter.scopes)
                                                .TextOrNull(filter.project_id)
                                                .Bool(filter.open_only)
                                                .TextOrNull(filter.rule_id)
                                                .Int(static_cast<int64_t>(filter.severity_min))
                                                .Text(after_id.empty() ? kFirstId : after_id)
                                                .Int(limit)));
  return AlertsOf(rows);
}

absl::StatusOr<std::vector<AlertTally>> TallyAlerts(pg::Tx& tx,
                                                    const std::vector<std::string>& scopes) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kCountAlerts, Args().Text(tx.tenant()).TextArray(scopes)));
  std::vector<AlertTally> tallies;
  for (const Row row : rows) {
    tallies.push_back({.rule_id = row.Text("rule_id"),
                       .severity = static_cast<Severity>(row.Int("severity")),
                       .state = static_cast<State>(row.Int("state")),
                       .alerts = row.Int("alerts")});
  }
  return tallies;
}

absl::StatusOr<std::vector<std::string>> UnitPathsOf(pg::Tx& tx,
                                                     const std::vector<std::string>& alert_ids) {
  std::vector<std::string> paths;
  for (const std::string& id : alert_ids) {
    if (!IsUuid(id)) return NotFound(id);
  }
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kListUnitPaths, Args().Text(tx.tenant()).TextArray(alert_ids)));
  for (const std::string& id : alert_ids) {
    bool found = false;
    for (const Row row : rows) {
      if (row.Text("alert_id") != id) continue;
      paths.push_back(row.Text("unit_path"));
      found = true;
    }
    if (!found) return NotFound(id);
  }
  return paths;
}

absl::StatusOr<std::vector<StoredStep>> ListSteps(pg::Tx& tx, const std::string& alert_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kListSteps, Args().Text(tx.tenant()).Text(alert_id)));
  std::vector<StoredStep> steps;
  for (const Row row : rows) {
    steps.push_back({.state = static_cast<State>(row.Int("state")),
                     .at = row.Time("at"),
                     .actor = row.Text("actor"),
                     .on_behalf_of = row.Text("on_behalf_of"),
                     .note = row.Text("note"),
                     .escalation_level = static_cast<int>(row.Int("escalation_level"))});
  }
  return steps;
}

absl::Status SaveWarned(pg::Tx& tx, const Change& change, const Author& author) {
  const Alert& alert = change.alert;
  const FactColumns facts = ColumnsOf(alert.last.facts);
  const absl::Status saved = tx.Run(sql::kSaveAlert, Args()
                                                         .Text(tx.tenant())
                                                         .Text(alert.alert_id)
                                                         .Text(alert.fingerprint)
                                                         .Int(alert.ordinal)
                                                         .Int(static_cast<int64_t>(alert.state))
                                                         .Int(static_cast<int64_t>(alert.severity))
                                                         .Text(alert.last.rule_id)
                                                         .Text(alert.last.rule_version)
                                                         .Text(alert.last.title)
                                                         .Text(alert.last.subject)
                                                         .TextOrNull(alert.last.project_id)
                                                         .Text(alert.last.unit_path)
                                                         .Text(alert.last.message)
                                                         .Text(alert.last.citation)
                                                         .TextArray(facts.names)
                                                         .IntArray(facts.values)
                                                         .Text(alert.last.warning_id)
                                                         .Text(alert.last.caused_by)
                                                         .Text(alert.last.caused_at)
                                                         .Date(alert.last.as_of)
                                                         .Int(alert.occurrences)
                                                         .TextOrNull(TextOf(alert.clear_since))
                                                         .Date(alert.limits_from)
                                                         .TextOrNull(TextOf(alert.submitted_on))
                                                         .TextOrNull(TextOf(alert.due_on))
                                                         .TextOrNull(TextOf(alert.next_check_on))
                                                         .Int(alert.escalation_level)
                                                         .Time(alert.raised_at)
                                                         .Int(alert.version))
                                 .status();
  if (!saved.ok()) return QuickerOther(saved);
  return InsertSteps(tx, {&change, 1}, author);
}

absl::StatusOr<bool> WasTaken(pg::Tx& tx, const std::string& warning_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kWasTaken, Args().Text(tx.tenant()).Text(warning_id)));
  return rows[0].Bool("taken");
}

absl::Status PassWarning(pg::Tx& tx, const std::string& warning_id, absl::Time now) {
  return tx.Run(sql::kPassWarning, Args().Text(tx.tenant()).Text(warning_id).Time(now)).status();
}

absl::Status KeepEvidence(pg::Tx& tx, const std::string& alert_id, const Warning& warning,
                          absl::Time now) {
  const FactColumns facts = ColumnsOf(warning.facts);
  return tx
      .Run(sql::kInsertEvidence, Args()
                                     .Text(tx.tenant())
                                     .Text(alert_id)
                                     .Text(warning.warning_id)
                                     .Int(static_cast<int64_t>(warning.severity))
                                     .Text(warning.rule_version)
                                     .Text(warning.message)
                                     .TextArray(facts.names)
                                     .IntArray(facts.values)
                                     .Text(warning.caused_by)
                                     .Text(warning.caused_at)
                                     .Date(warning.as_of)
                                     .Time(now))
      .status();
}

absl::Status SaveMoved(pg::Tx& tx, std::span<const Change> changes, const Author& author) {
  if (changes.empty()) return absl::OkStatus();
  std::vector<std::string> ids, clear, from, submitted, due, check;
  std::vector<int64_t> states, levels, versions;
  for (const Change& change : changes) {
    const Alert& alert = change.alert;
    ids.push_back(alert.alert_id);
    states.push_back(static_cast<int64_t>(alert.state));
    clear.push_back(TextOf(alert.clear_since));
    from.push_back(FormatDate(alert.limits_from));
    submitted.push_back(TextOf(alert.submitted_on));
    due.push_back(TextOf(alert.due_on));
    check.push_back(TextOf(alert.next_check_on));
    levels.push_back(alert.escalation_level);
    versions.push_back(alert.version);
  }
  const absl::Status updated = tx.RunExactly(static_cast<int64_t>(ids.size()), sql::kUpdateAlerts,
                                             Args()
                                                 .Text(tx.tenant())
                                                 .TextArray(ids)
                                                 .IntArray(states)
                                                 .TextOrNullArray(clear)
                                                 .TextArray(from)
                                                 .TextOrNullArray(submitted)
                                                 .TextOrNullArray(due)
                                                 .TextOrNullArray(check)
                                                 .IntArray(levels)
                                                 .IntArray(versions));
  if (!updated.ok()) return QuickerOther(updated);
  return InsertSteps(tx, changes, author);
}

}  // namespace fiscus::alerting
