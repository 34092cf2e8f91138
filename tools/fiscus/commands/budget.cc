// fiscus budget …
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

#define FISCUS_RPC(name) "fiscus.budget.v1.BudgetService." name

const Flag kLineArgument = {"LINE", "line_id", "budget line: id", true, true};
const Flag kAmount = {"amount", "amount", "amount, e.g. \"1,234.50 CNY\"", false, true};
const Flag kDate = {"date", "effective_date", "accounting date, YYYY-MM-DD; default: today", false,
                    false,  FlagKind::kToday};
const Flag kDocument = {"document", "document_no", "document or order that justifies it"};

std::vector<Column> LineColumns(const bool nested) {
  if (nested) {
    return {{"code", "line.code"},
            {"unit", "line.unit_path"},
            {"authorised", "line.balances.authorised"},
            {"encumbered", "line.balances.encumbered"},
            {"in transit", "line.balances.in_transit"},
            {"paid", "line.balances.paid"},
            {"available", "line.balances.available"},
            {"version", "line.version"},
            {"id", "line.line_id"}};
  }
  return {{"code", "code"},
          {"unit", "unit_path"},
          {"year", "fiscal_year"},
          {"mode", "mode"},
          {"state", "state"},
          {"authorised", "balances.authorised"},
          {"encumbered", "balances.encumbered"},
          {"in transit", "balances.in_transit"},
          {"paid", "balances.paid"},
          {"available", "balances.available"},
          {"id", "line_id"},
          {"approved", "balances.approved", true},
          {"frozen", "balances.frozen", true},
          {"refunded", "balances.refunded", true},
          {"project", "project_id", true},
          {"version", "version", true}};
}

Command Write(std::string_view path, std::string_view method, std::string_view help,
              std::vector<Flag> flags, std::vector<Preset> presets = {}) {
  return {.path = path,
          .help = help,
          .method = method,
          .flags = std::move(flags),
          .columns = LineColumns(true),
          .id = "line.line_id",
          .presets = std::move(presets)};
}

CommandTable Writes() {
  return {
      Write(
          "budget approve", FISCUS_RPC("ApproveLine"), "Approves a controlled budget line.",
          {{"id", "line.line_id", "id; default: made from the request id", false, false,
            FlagKind::kNewId},
           {"code", "line.code", "line code", false, true},
           {"unit", "line.unit_path", "unit path", false, true},
           {"project", "line.project_id", "project: code or id", false, false, FlagKind::kProject},
           {"year", "line.fiscal_year", "fiscal year", false, true},
           {"currency", "line.currency", "ISO 4217 code", false, true},
           {"document", "line.document_no", "number of the budget document", false, true},
           {"state", "line.state", "active or pending-allotment"},
           {"function", "line.classification.function_class", "functional class"},
           {"economic", "line.classification.economic_class", "economic class"},
           {"fund", "line.classification.fund_nature", "nature of the fund"},
           {"tolerances", "line.tolerance_profile", "tolerance profile"},
           kAmount,
           kDate},
          {{"line.mode", "CONTROLLED"}}),
      Write("budget supplement", FISCUS_RPC("AdjustLine"), "Raises a line.",
            {kLineArgument, kAmount, kDate, kDocument}),
      Write("budget reduce", FISCUS_RPC("AdjustLine"), "Lowers a line.",
            {kLineArgument, kAmount, kDate, kDocument}, {{"decrease", "true"}}),
      Write("budget transfer", FISCUS_RPC("TransferBudget"),
            "Moves budget from one line to another.",
            {{"FROM", "from_line_id", "giving line", true, true},
             {"TO", "to_line_id", "receiving line", true, true},
             kAmount,
             kDate,
             kDocument}),
      Write(
          "budget allot", FISCUS_RPC("AllotLine"),
          "Allots from a line pending allotment to a new line of a unit.",
          {{"PARENT", "parent_line_id", "line pending allotment", true, true},
           {"id", "child.line_id", "id; default: made from the request id", false, false,
            FlagKind::kNewId},
           {"code", "child.code", "line code", false, true},
           {"unit", "child.unit_path", "unit path", false, true},
           {"project", "child.project_id", "project: code or id", false, true, FlagKind::kProject},
           kAmount,
           kDate,
           kDocument}),
      Write("budget freeze", FISCUS_RPC("FreezeAmount"), "Freezes an amount.",
            {kLineArgument, kAmount, kDate, kDocument}),
      Write("budget unfreeze", FISCUS_RPC("FreezeAmount"), "Releases a frozen amount.",
            {kLineArgument, kAmount, kDate, kDocument}, {{"release", "true"}}),
      {.path = "budget fund-plan",
       .help = "Sets the monthly fund plan of a line.",
       .method = FISCUS_RPC("SetFundPlan"),
       .flags = {kLineArgument,
                 {"month", "monthly",
                  "twelve amounts, January first, e.g. \"1,234.50 CNY\"; give "
                  "the flag twelve times",
                  false, true},
                 kDate},
       .columns = {{"line", "line_id"}, {"monthly (minor)", "monthly"}},
       .id = "line_id"},
      {.path = "budget put-tolerances",
       .help =
           "Makes or replaces a tolerance profile; limits by --json: {\"profile\": {\"limits\": "
           "…}}.",
       .method = FISCUS_RPC("PutToleranceProfile"),
       .flags = {{"NAME", "profile.name", "profile's name", true, true}},
       .columns = {{"name", "name"}, {"limits", "limits"}},
       .id = "name"},
  };
}

}  // namespace

CommandTable BudgetCommands() {
  CommandTable table = {
      {.path = "budget lines",
       .help = "Budget lines in your scope.",
       .method = FISCUS_RPC("ListLines"),
       .flags = {{"unit", "under_path", "only units at or below this path"},
                 {"project", "project_id", "only this project's: code or id", false, false,
                  FlagKind::kProject},
                 {"year", "fiscal_year", "only this fiscal year"}},
       .rows = "lines",
       .columns = LineColumns(false),
       .id = "line_id"},
      {.path = "budget get",
       .help = "One line with its balances.",
       .method = FISCUS_RPC("GetLine"),
       .flags = {kLineArgument},
       .columns = LineColumns(false),
       .id = "line_id"},
      {.path = "budget entries",
       .help = "The journal of a line, oldest first.",
       .method = FISCUS_RPC("ListEntries"),
       .flags = {kLineArgument},
       .rows = "entries",
       .columns = {{"version", "line_version"},
                   {"date", "effective_date"},
                   {"operation", "operation"},
                   {"amount (minor)", "amount"},
                   {"debit", "debit"},
                   {"credit", "credit"},
                   {"document", "document_no"},
                   {"overspends", "overspends"},
                   {"recorded", "recorded_at", true},
                   {"payment", "payment_id", true},
                   {"id", "entry_id", true}},
       .id = "entry_id"},
      {.path = "budget check",
       .help = "Would a reservation pass? By the ledger's own code, without an entry.",
       .method = FISCUS_RPC("CheckAvailability"),
       .flags = {kLineArgument,
                 {"project", "project_id", "project: code or id", false, false, FlagKind::kProject},
                 {"contract", "contract_id", "contract whose encumbrance is used"},
                 kAmount,
                 kDate},
       .columns = {{"accepted", "accepted"},
                   {"reason", "status.reason"},
                   {"message", "status.message"},
                   {"available", "line.balances.available"}}},
      {.path = "budget verify",
       .help = "Recomputes every balance from the journal and compares.",
       .method = FISCUS_RPC("VerifyLedger"),
       .columns = {{"lines", "lines"}, {"entries", "entries"}, {"differences", "differences"}}},
      {.path = "budget tolerances",
       .help = "Tolerance profiles.",
       .method = FISCUS_RPC("ListToleranceProfiles"),
       .rows = "profiles",
       .columns = {{"name", "name"}, {"limits", "limits"}},
       .id = "name"},
  };
  CommandTable writes = Writes();
  table.insert(table.end(), writes.begin(), writes.end());
  return table;
}

}  // namespace fiscus::cli
