// fiscus alerts …
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

#define FISCUS_RPC(name) "fiscus.alerting.v1.AlertingService." name

const Flag kAlertArgument = {"ALERT", "alert_id", "alert: id", true, true};

std::vector<Column> AlertColumns() {
  return {{"severity", "severity"},
          {"rule", "rule_id"},
          {"state", "state"},
          {"title", "title"},
          {"unit", "unit_path"},
          {"due", "due_at"},
          {"message", "message"},
          {"id", "alert_id"},
          {"raised", "raised_at", true},
          {"project", "project_id", true},
          {"occurrences", "occurrences", true},
          {"escalation", "escalation_level", true},
          {"citation", "citation", true}};
}

Command Step(std::string_view path, std::string_view method, std::string_view help,
             std::string_view command) {
  return {
      .path = path,
      .help = help,
      .method = method,
      .flags = {kAlertArgument,
                {"note", "note", "opinion, reason or result"},
                {"expected-version", "expected_version", "the version that the alert must have"}},
      .columns = AlertColumns(),
      .id = "alert_id",
      .presets = {{"command", command}}};
}

}  // namespace

CommandTable AlertCommands() {
  return {
      {.path = "alerts list",
       .help = "Alerts in your scope.",
       .method = FISCUS_RPC("ListAlerts"),
       .flags = {{"unit", "under_path", "only units at or below this path"},
                 {"project", "project_id", "only this project's: code or id", false, false,
                  FlagKind::kProject},
                 {"open", "open_only", "only open ones"},
                 {"rule", "rule_id", "only this rule's, e.g. R10"},
                 {"severity", "severity_min", "only at least this severity, e.g. orange"}},
       .rows = "alerts",
       .columns = AlertColumns(),
       .id = "alert_id"},
      {.path = "alerts get",
       .help = "One alert with its steps.",
       .method = FISCUS_RPC("GetAlert"),
       .flags = {kAlertArgument},
       .columns = AlertColumns(),
       .id = "alert_id"},
      {.path = "alerts count",
       .help = "Counts by rule, severity and state.",
       .method = FISCUS_RPC("CountAlerts"),
       .flags = {{"unit", "under_path", "only units at or below this path"}},
       .rows = "counts",
       .columns = {{"rule", "rule_id"},
                   {"severity", "severity"},
                   {"state", "state"},
                   {"alerts", "alerts"}},
       .id = "rule_id"},
      Step("alerts acknowledge", FISCUS_RPC("AnswerAlert"), "The alerted unit has seen it.",
           "ACKNOWLEDGE"),
      Step("alerts submit-result", FISCUS_RPC("AnswerAlert"),
           "The alerted unit reports the rectification.", "SUBMIT_RESULT"),
      Step("alerts verify", FISCUS_RPC("SuperviseAlert"), "The supervisor looks into it.",
           "VERIFY"),
      Step("alerts dismiss", FISCUS_RPC("SuperviseAlert"), "The supervisor finds it unfounded.",
           "DISMISS"),
      Step("alerts order-rectification", FISCUS_RPC("SuperviseAlert"),
           "The supervisor orders rectification.", "ORDER_RECTIFICATION"),
      Step("alerts confirm-result", FISCUS_RPC("SuperviseAlert"),
           "The supervisor confirms the result.", "CONFIRM_RESULT"),
      Step("alerts reject-result", FISCUS_RPC("SuperviseAlert"),
           "The supervisor rejects the result.", "REJECT_RESULT"),
      Step("alerts close", FISCUS_RPC("SuperviseAlert"), "Closes the alert.", "CLOSE"),
      Step("alerts reopen", FISCUS_RPC("SuperviseAlert"), "Opens a closed alert again.", "REOPEN"),
      {.path = "alerts close-day",
       .help = "Ends a business day: rules by the clock see it.",
       .method = FISCUS_RPC("CloseDay"),
       .flags = {{"DATE", "date", "the day, YYYY-MM-DD", true, true}}},
      {.path = "calendar list",
       .help = "The named days of a year.",
       .method = FISCUS_RPC("ListCalendarDays"),
       .flags = {{"YEAR", "year", "calendar year", true, true}},
       .rows = "days",
       .columns = {{"date", "date"}, {"kind", "kind"}, {"name", "name"}},
       .id = "date"},
      {.path = "calendar set",
       .help = "Names holidays and worked weekends, given by --json: {\"days\": [{\"date\": …, "
               "\"kind\": …, \"name\": …}]}.",
       .method = FISCUS_RPC("SetCalendarDays"),
       .columns = {{"alerts moved", "alerts_moved"}}},
  };
}

}  // namespace fiscus::cli
