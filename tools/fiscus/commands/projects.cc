// fiscus projects …, fiscus contracts …
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

#define FISCUS_RPC(name) "fiscus.projects.v1.ProjectsService." name

const Flag kProjectArgument = {"PROJECT", "project_id", "project: code or id",
                               true,      true,         FlagKind::kProject};
const Flag kContractArgument = {"CONTRACT", "contract_id", "contract: id", true, true};
const Flag kDate = {"date", "effective_date", "business date, YYYY-MM-DD; default: today", false,
                    false,  FlagKind::kToday};
const Flag kReason = {"reason", "reason", "reason or opinion"};
const Flag kUnder = {"unit", "under_path", "only units at or below this path"};

std::vector<Column> ProjectColumns() {
  return {{"code", "code"},
          {"name", "name"},
          {"unit", "unit_path"},
          {"state", "state"},
          {"physical", "physical_bp"},
          {"investment", "approved_investment"},
          {"id", "project_id"},
          {"sector", "sector", true},
          {"observed", "observed", true},
          {"planned start", "planned_start", true},
          {"planned end", "planned_end", true},
          {"version", "version", true}};
}

std::vector<Column> ContractColumns() {
  return {{"number", "contract_no"},       {"supplier", "supplier_name"},    {"state", "state"},
          {"value", "current_value"},      {"certified", "certified_value"}, {"id", "contract_id"},
          {"project", "project_id", true}, {"line", "line_id", true}};
}

// A life-cycle step: the RPC takes the command as an enum.
Command Step(std::string_view path, std::string_view method, std::string_view help,
             std::string_view command) {
  return {
      .path = path,
      .help = help,
      .method = method,
      .flags = {kProjectArgument,
                kDate,
                kReason,
                {"expected-version", "expected_version", "the version that the project must have"}},
      .columns = ProjectColumns(),
      .id = "project_id",
      .presets = {{"command", command}}};
}

Command ContractStep(std::string_view path, std::string_view method, std::string_view help) {
  return {.path = path,
          .help = help,
          .method = method,
          .flags = {kContractArgument,
                    {"command", "command", "the step, e.g. submit, file, activate, perform, settle",
                     true, true},
                    kDate,
                    kReason,
                    {"settlement", "settlement_amount", "SETTLE: the settled amount"}},
          .columns = ContractColumns(),
          .id = "contract_id"};
}

CommandTable Contracts() {
  return {
      {.path = "contracts list",
       .help = "Contracts in your scope.",
       .method = FISCUS_RPC("ListContracts"),
       .flags = {kUnder,
                 {"project", "project_id", "only this project's", false, false,
                  FlagKind::kProject}},
       .rows = "contracts",
       .columns = ContractColumns(),
       .id = "contract_id"},
      {.path = "contracts get",
       .help = "One contract.",
       .method = FISCUS_RPC("GetContract"),
       .flags = {kContractArgument},
       .columns = ContractColumns(),
       .id = "contract_id"},
      {.path = "contracts create",
       .help = "Draws up a contract.",
       .method = FISCUS_RPC("CreateContract"),
       .flags = {{"id", "contract.contract_id", "id; default: made from the request id", false,
                  false, FlagKind::kNewId},
                 {"project", "contract.project_id", "project: code or id", false, true,
                  FlagKind::kProject},
                 {"number", "contract.contract_no", "contract number", false, true},
                 {"line", "contract.line_id", "budget line", false, true},
                 {"supplier", "contract.supplier_name", "supplier's name", false, true},
                 {"currency", "contract.currency", "ISO 4217 code", false, true},
                 {"value", "contract.original_value", "value, e.g. 120000.00", false, true},
                 kDate},
       .columns = ContractColumns(),
       .id = "contract_id"},
      ContractStep("contracts manage", FISCUS_RPC("ManageContract"),
                   "A step of the unit: submit, file, activate, settle and so on."),
      ContractStep("contracts sign", FISCUS_RPC("SignContract"),
                   "Signs or declines a contract, as another person."),
  };
}

CommandTable Modifications() {
  return {
      {.path = "contracts modify",
       .help = "Draws up a modification of a contract's value.",
       .method = FISCUS_RPC("CreateModification"),
       .flags = {{"CONTRACT", "modification.contract_id", "contract: id", true, true},
                 {"id", "modification.modification_id", "id; default: made from the request id",
                  false, false, FlagKind::kNewId},
                 {"delta", "modification.delta",
                  "change of value, e.g. \"1,234.50 CNY\"; lower: --delta=-500.00", false, true},
                 {"reason", "modification.reason", "why", false, true}},
       .columns = {{"contract", "contract_id"},
                   {"delta (minor)", "delta"},
                   {"reason", "reason"},
                   {"effective", "effective"},
                   {"id", "modification_id"}},
       .id = "modification_id"},
      {.path = "contracts approve-modification",
       .help = "Makes a modification effective, as another person.",
       .method = FISCUS_RPC("ApproveModification"),
       .flags = {{"MODIFICATION", "modification_id", "modification: id", true, true}, kDate},
       .columns = ContractColumns(),
       .id = "contract_id"},
  };
}

// What is planned, and what of it is done.
CommandTable Work() {
  const std::vector<Column> items = {{"name", "name"},
                                     {"value (minor)", "value"},
                                     {"quantity (1/1000)", "quantity_milli"},
                                     {"unit", "quantity_unit"},
                                     {"certified (1/1000)", "certified_milli"},
                                     {"start", "planned_start"},
                                     {"end", "planned_end"},
                                     {"id", "work_item_id"}};
  const std::vector<Column> measurements = {
      {"date", "measured_on"}, {"state", "state"},       {"correction", "correction"},
      {"reason", "reason"},    {"id", "measurement_id"}, {"by", "recorded_by", true}};
  return {
      {.path = "projects baseline",
       .help = "Work items of a project with their progress.",
       .method = FISCUS_RPC("GetBaseline"),
       .flags = {kProjectArgument},
       .rows = "work_items",
       .columns = items,
       .id = "work_item_id"},
      {.path = "projects set-baseline",
       .help = "Replaces work items and milestones, given by --json: {\"work_items\": …, "
               "\"milestones\": …}.",
       .method = FISCUS_RPC("SetBaseline"),
       .flags = {kProjectArgument, kDate},
       .rows = "work_items",
       .columns = items,
       .id = "work_item_id"},
      {.path = "projects meet-milestone",
       .help = "Marks a milestone as met.",
       .method = FISCUS_RPC("MeetMilestone"),
       .flags = {kProjectArgument,
                 {"MILESTONE", "milestone_id", "milestone: id", true, true},
                 {"date", "met_on", "date met, YYYY-MM-DD; default: today", false, false,
                  FlagKind::kToday}},
       .columns = {{"name", "name"},
                   {"due", "due_date"},
                   {"met on", "met_on"},
                   {"critical", "critical"},
                   {"id", "milestone_id"}},
       .id = "milestone_id"},
      {.path = "projects measurements",
       .help = "Measurements of a project, newest first.",
       .method = FISCUS_RPC("ListMeasurements"),
       .flags = {kProjectArgument},
       .rows = "measurements",
       .columns = measurements,
       .id = "measurement_id"},
      {.path = "projects measure",
       .help = "Records a measurement; quantities to date by --json: {\"measurement\": "
               "{\"quantities\": …}}.",
       .method = FISCUS_RPC("RecordMeasurement"),
       .flags = {{"PROJECT", "measurement.project_id", "project: code or id", true, true,
                  FlagKind::kProject},
                 {"id", "measurement.measurement_id", "id; default: made from the request id",
                  false, false, FlagKind::kNewId},
                 {"date", "measurement.measured_on", "date, YYYY-MM-DD; default: today", false,
                  false, FlagKind::kToday},
                 {"correction", "measurement.correction", "lowers earlier quantities"},
                 {"reason", "measurement.reason", "reason of a correction"}},
       .columns = measurements,
       .id = "measurement_id"},
      {.path = "projects certify",
       .help = "Certifies or refuses a measurement, as another person.",
       .method = FISCUS_RPC("CertifyMeasurement"),
       .flags = {{"MEASUREMENT", "measurement_id", "measurement: id", true, true},
                 {"refuse", "refuse", "refuse it"},
                 {"reason", "reason", "reason of a refusal"}},
       .columns = measurements,
       .id = "measurement_id"},
  };
}

CommandTable Steps() {
  return {
      Step("projects declare", FISCUS_RPC("DeclareProject"), "Declares a draft.", "DECLARE"),
      Step("projects accept-for-review", FISCUS_RPC("ReviewProject"),
           "Takes a declared project into review.", "ACCEPT_FOR_REVIEW"),
      Step("projects pass-review", FISCUS_RPC("ReviewProject"),
           "Puts a reviewed project into the pool.", "PASS_REVIEW"),
      Step("projects return", FISCUS_RPC("ReviewProject"), "Returns a project under review.",
           "RETURN"),
      Step("projects reject", FISCUS_RPC("ReviewProject"), "Rejects a project under review.",
           "REJECT"),
      Step("projects establish", FISCUS_RPC("EstablishProject"), "Establishes a reserved project.",
           "ESTABLISH"),
      Step("projects budget", FISCUS_RPC("FinanceProject"), "Takes a project into the budget.",
           "BUDGET"),
      Step("projects issue-funds", FISCUS_RPC("FinanceProject"),
           "Issues the funds of a budgeted project.", "ISSUE_FUNDS"),
      Step("projects start", FISCUS_RPC("ExecuteProject"),
           "Starts execution; freezes the baseline.", "START"),
      Step("projects suspend", FISCUS_RPC("FinanceProject"), "Suspends a project in execution.",
           "SUSPEND"),
      Step("projects resume", FISCUS_RPC("FinanceProject"), "Resumes a suspended project.",
           "RESUME"),
      Step("projects complete", FISCUS_RPC("ExecuteProject"), "Reports the work as completed.",
           "COMPLETE"),
      Step("projects accept", FISCUS_RPC("AcceptProject"), "Accepts a completed project.",
           "ACCEPT"),
      Step("projects approve-final-account", FISCUS_RPC("FinanceProject"),
           "Approves the final account.", "APPROVE_FINAL_ACCOUNT"),
      Step("projects close", FISCUS_RPC("FinanceProject"), "Closes a project.", "CLOSE"),
      Step("projects cancel", FISCUS_RPC("FinanceProject"), "Cancels a project.", "CANCEL"),
  };
}

}  // namespace

CommandTable ProjectCommands() {
  CommandTable table = {
      {.path = "projects list",
       .help = "Projects in your scope.",
       .method = FISCUS_RPC("ListProjects"),
       .flags = {kUnder,
                 {"state", "state", "only this state, e.g. executing"},
                 {"parent", "parent_project_id", "only children of this project", false, false,
                  FlagKind::kProject},
                 {"code", "code", "only the project with this code"}},
       .rows = "projects",
       .columns = ProjectColumns(),
       .id = "project_id"},
      {.path = "projects get",
       .help = "One project.",
       .method = FISCUS_RPC("GetProject"),
       .flags = {kProjectArgument},
       .columns = ProjectColumns(),
       .id = "project_id"},
      {.path = "projects create",
       .help = "Creates a draft; nested parts (targets, documents) by --json.",
       .method = FISCUS_RPC("CreateProject"),
       .flags = {{"id", "project.project_id", "id; default: made from the request id", false, false,
                  FlagKind::kNewId},
                 {"code", "project.code", "project code", false, true},
                 {"name", "project.name", "name", false, true},
                 {"unit", "project.unit_path", "unit path", false, true},
                 {"sector", "project.sector", "sector, e.g. roads"},
                 {"currency", "project.currency", "ISO 4217 code", false, true},
                 {"investment", "project.approved_investment",
                  "approved estimate, e.g. 1200000.00"},
                 {"start", "project.planned_start", "planned start, YYYY-MM-DD"},
                 {"end", "project.planned_end", "planned end, YYYY-MM-DD"},
                 kDate},
       .columns = ProjectColumns(),
       .id = "project_id"},
      {.path = "projects update",
       .help = "Changes a draft or returned project, given as a whole by --json: {\"project\": …}, "
               "as `projects get -o json` prints it; flags go on top.",
       .method = FISCUS_RPC("UpdateProject"),
       .flags = {{"PROJECT", "project.project_id", "project: code or id", true, true,
                  FlagKind::kProject},
                 {"expected-version", "expected_version", "the version that the project must have",
                  false, true},
                 {"name", "project.name", "name", false, true},
                 {"sector", "project.sector", "sector, e.g. roads"},
                 {"investment", "project.approved_investment",
                  "approved estimate, e.g. 1200000.00"},
                 {"start", "project.planned_start", "planned start, YYYY-MM-DD"},
                 {"end", "project.planned_end", "planned end, YYYY-MM-DD"},
                 kDate},
       .columns = ProjectColumns(),
       .id = "project_id"},
  };
  for (const CommandTable& part : {Work(), Steps(), Contracts(), Modifications()})
    table.insert(table.end(), part.begin(), part.end());
  return table;
}

}  // namespace fiscus::cli
