#include "services/projects/testing/world.h"

#include <stdexcept>

#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/timer.h"
#include "services/projects/saga/contract_saga.h"
#include "services/projects/store/migrations.h"
#include "services/projects/testing/queries.h"

namespace fiscus::projects::testing {
namespace {

// A step of the story that must not fail.
template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok())
    throw std::runtime_error(ReasonOf(result.status()) + ": " +
                             std::string(result.status().message()));
  return *std::move(result);
}

}  // namespace

std::string Uuid(int number) {
  std::string text = "00000000-0000-7000-8000-000000000000";
  const std::string digits = std::to_string(number);
  return text.replace(text.size() - digits.size(), digits.size(), digits);
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  if (refusal.has_value()) return refusal->reason;
  return status.ok() ? "" : absl::StatusCodeToString(status.code());
}

std::string FigureOf(const absl::Status& status, const std::string& name) {
  const auto refusal = RefusalOf(status);
  if (!refusal.has_value()) return "";
  const auto figure = refusal->figures.find(name);
  return figure == refusal->figures.end() ? "" : figure->second;
}

v1::DocumentRef DocumentOf(const std::string& kind) {
  v1::DocumentRef document;
  document.set_kind(kind);
  document.set_sha256(std::string(64, 'a'));
  document.set_title("a document");
  if (kind.ends_with("WAIVER")) document.set_reason("the flood");
  return document;
}

World::World()
    : database_("projects", kMigrations),
      deps_{.database = database_.database(), .clock = SystemClock(), .ledger = ledger_} {}

Call World::CallBy(const std::string& user, const std::string& scope,
                   const std::string& tenant) const {
  Call call = fiscus::testing::TestCall(tenant, user, {"projects.read"}, scope);
  call.intent = "projects.read";
  call.deadline = call.now + absl::Seconds(30);
  return call;
}

v1::CreateProjectRequest World::NewProject(int number) const {
  v1::CreateProjectRequest request;
  v1::Project& project = *request.mutable_project();
  project.set_project_id(Uuid(number));
  project.set_code("CODE-" + std::to_string(number));
  project.set_name("A school");
  project.set_unit_path(kUnit);
  project.set_sector("education");
  project.set_currency("CNY");
  project.set_approved_investment(1'000'000);
  project.set_planned_start("2026-01-01");
  project.set_planned_end("2026-12-31");
  v1::Target& target = *project.add_targets();
  target.set_name("pupils");
  target.set_unit("persons");
  target.set_value_milli(900'000);
  *project.add_documents() = DocumentOf("DECLARATION");
  request.set_effective_date(kDate);
  return request;
}

v1::CreateContractRequest World::NewContract(int number, int project, int64_t value) const {
  v1::CreateContractRequest request;
  v1::Contract& contract = *request.mutable_contract();
  contract.set_contract_id(Uuid(number));
  contract.set_contract_no("HT-" + std::to_string(number));
  contract.set_project_id(Uuid(project));
  contract.set_line_id(Uuid(900));
  contract.set_supplier_name("Builder");
  contract.set_supplier_code("91330100MA000000XX");
  v1::PayeeAccount& payee = *contract.add_payees();
  payee.set_name("Builder");
  payee.set_account_no("6222000000000001");
  payee.set_bank_code("ICBK");
  contract.set_currency("CNY");
  contract.set_original_value(value);
  contract.set_advance(value / 10);
  contract.set_retention_bp(300);
  contract.set_tendered_works(true);
  request.set_effective_date(kDate);
  return request;
}

v1::SetBaselineRequest World::NewBaseline(int project, int contract) const {
  v1::SetBaselineRequest request;
  request.set_project_id(Uuid(project));
  for (int i = 1; i <= 2; ++i) {
    v1::WorkItem& item = *request.add_work_items();
    item.set_work_item_id(Uuid(project * 100 + i));
    item.set_name("part " + std::to_string(i));
    if (i == 1) item.set_contract_id(Uuid(contract));
    item.set_value(i == 1 ? 300'000 : 100'000);
    item.set_quantity_milli(1'000'000);
    item.set_quantity_unit("m3");
    item.set_planned_start("2026-03-01");
    item.set_planned_end("2026-10-31");
  }
  v1::Milestone& milestone = *request.add_milestones();
  milestone.set_milestone_id(Uuid(project * 100 + 50));
  milestone.set_name("roof");
  milestone.set_due_date("2026-08-31");
  milestone.set_critical(true);
  request.set_effective_date(kDate);
  return request;
}

v1::ProjectCommandRequest World::Command(int project, v1::ProjectCommand command) const {
  v1::ProjectCommandRequest request;
  request.set_project_id(Uuid(project));
  request.set_command(command);
  request.set_effective_date(kDate);
  request.set_reason("because");
  if (command == v1::PROJECT_COMMAND_PASS_REVIEW)
    *request.add_documents() = DocumentOf("REVIEW_OPINION");
  if (command == v1::PROJECT_COMMAND_ESTABLISH)
    *request.add_documents() = DocumentOf("ESTABLISHMENT_APPROVAL");
  if (command == v1::PROJECT_COMMAND_START) *request.add_documents() = DocumentOf("PERMIT");
  if (command == v1::PROJECT_COMMAND_ACCEPT)
    *request.add_documents() = DocumentOf("ACCEPTANCE_REPORT");
  if (command == v1::PROJECT_COMMAND_WAIVE_COMPLETION)
    *request.add_documents() = DocumentOf("COMPLETION_WAIVER");
  return request;
}

absl::StatusOr<v1::Project> World::Create(int number) {
  return CreateProject(deps_, CallBy(kOperator), NewProject(number));
}

absl::StatusOr<v1::Project> World::Do(int project, v1::ProjectCommand command,
                                      const std::string& user) {
  const Call call = CallBy(command == v1::PROJECT_COMMAND_DECLARE ? kOperator : user);
  const v1::ProjectCommandRequest request = Command(project, command);
  switch (command) {
    case v1::PROJECT_COMMAND_DECLARE:
      return DeclareProject(deps_, call, request);
    case v1::PROJECT_COMMAND_ACCEPT_FOR_REVIEW:
    case v1::PROJECT_COMMAND_PASS_REVIEW:
    case v1::PROJECT_COMMAND_RETURN:
    case v1::PROJECT_COMMAND_REJECT:
      return ReviewProject(deps_, call, request);
    case v1::PROJECT_COMMAND_ESTABLISH:
      return EstablishProject(deps_, call, request);
    case v1::PROJECT_COMMAND_START:
    case v1::PROJECT_COMMAND_COMPLETE:
      return ExecuteProject(deps_, call, request);
    case v1::PROJECT_COMMAND_ACCEPT:
    case v1::PROJECT_COMMAND_WAIVE_COMPLETION:
      return AcceptProject(deps_, call, request);
    default:
      return FinanceProject(deps_, call, request);
  }
}

absl::StatusOr<v1::Contract> World::DoContract(int contract, v1::ContractCommand command,
                                               const std::string& user, int64_t settlement) {
  v1::ContractCommandRequest request;
  request.set_contract_id(Uuid(contract));
  request.set_command(command);
  request.set_effective_date(kDate);
  request.set_settlement_amount(settlement);
  request.set_reason("because");
  const bool signing =
      command == v1::CONTRACT_COMMAND_SIGN || command == v1::CONTRACT_COMMAND_DECLINE;
  return signing ? SignContract(deps_, CallBy(user), request)
                 : ManageContract(deps_, CallBy(user), request);
}

absl::StatusOr<v1::Measurement> World::Measure(int number, int project, int64_t share_milli) {
  v1::RecordMeasurementRequest request;
  request.mutable_measurement()->set_measurement_id(Uuid(number));
  request.mutable_measurement()->set_project_id(Uuid(project));
  request.mutable_measurement()->set_measured_on(kDate);
  for (int i = 1; i <= 2; ++i) {
    v1::MeasuredQuantity& quantity = *request.mutable_measurement()->add_quantities();
    quantity.set_work_item_id(Uuid(project * 100 + i));
    quantity.set_quantity_milli(share_milli * 1'000);
  }
  ASSIGN_OR_RETURN(const v1::Measurement recorded,
                   RecordMeasurement(deps_, CallBy(kOperator), request));
  v1::CertifyMeasurementRequest certify;
  certify.set_measurement_id(recorded.measurement_id());
  return CertifyMeasurement(deps_, CallBy(kColleague), certify);
}

int World::RunTimers(absl::Duration later) {
  FakeClock clock(SystemClock().Now() + later);
  pg::TimerRunner runner(database(), clock, {});
  runner.Handle(kStepTimer, [&](const pg::Timer& timer) { return ResumeStep(deps_, timer); });
  return Must(runner.RunDue());
}

v1::Project World::Project(int number) {
  v1::GetProjectRequest request;
  request.set_project_id(Uuid(number));
  return Must(GetProject(deps_, CallBy(kOperator), request));
}

v1::Contract World::Contract(int number) {
  v1::GetContractRequest request;
  request.set_contract_id(Uuid(number));
  return Must(GetContract(deps_, CallBy(kOperator), request));
}

void World::Advance(int project, v1::ProjectState state) {
  static constexpr v1::ProjectCommand kWay[] = {
      v1::PROJECT_COMMAND_DECLARE,     v1::PROJECT_COMMAND_ACCEPT_FOR_REVIEW,
      v1::PROJECT_COMMAND_PASS_REVIEW, v1::PROJECT_COMMAND_ESTABLISH,
      v1::PROJECT_COMMAND_BUDGET,      v1::PROJECT_COMMAND_ISSUE_FUNDS,
      v1::PROJECT_COMMAND_START};
  for (const v1::ProjectCommand command : kWay) {
    const v1::ProjectState now = Project(project).state();
    if (now >= state) return;
    // The way's steps start from consecutive states: DECLARE from DRAFT and so on.
    const int from =
        command >= v1::PROJECT_COMMAND_ESTABLISH ? command - 2 : static_cast<int>(command);
    if (from == static_cast<int>(now)) Must(Do(project, command));
  }
}

void World::MakeFunded(int project, int contract) {
  Must(Create(project));
  Must(CreateContract(deps_, CallBy(kOperator), NewContract(contract, project, 500'000)));
  Must(SetBaseline(deps_, CallBy(kOperator), NewBaseline(project, contract)));
  Advance(project, v1::PROJECT_STATE_FUNDED);
  Must(DoContract(contract, v1::CONTRACT_COMMAND_SUBMIT));
  Must(DoContract(contract, v1::CONTRACT_COMMAND_SIGN, kColleague));
  Must(DoContract(contract, v1::CONTRACT_COMMAND_FILE));
}

void World::MakeExecuting(int project, int contract) {
  MakeFunded(project, contract);
  Must(DoContract(contract, v1::CONTRACT_COMMAND_ACTIVATE));
  Advance(project, v1::PROJECT_STATE_EXECUTING);
}

int64_t World::Events(const std::string& type) {
  int64_t events = 0;
  const absl::Status read =
      database().Read("t1", absl::InfiniteFuture(), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows,
                         tx.Run(sql::kCountEvents, pg::Args().Text(tx.tenant()).Text(type)));
        events = rows[0].Int("events");
        return absl::OkStatus();
      });
  if (!read.ok()) throw std::runtime_error(std::string(read.message()));
  return events;
}

bool World::SequencesGapFree() {
  bool gap_free = false;
  const absl::Status read =
      database().Read("t1", absl::InfiniteFuture(), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows,
                         tx.Run(sql::kCountEvents, pg::Args().Text(tx.tenant()).Text("")));
        gap_free = rows[0].Bool("gap_free");
        return absl::OkStatus();
      });
  return read.ok() && gap_free;
}

int64_t World::Timers() {
  int64_t timers = -1;
  const absl::Status read =
      database().Read("t1", absl::InfiniteFuture(), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows,
                         tx.Run(sql::kCountTimers, pg::Args().Text(kStepTimer)));
        timers = rows[0].Int("timers");
        return absl::OkStatus();
      });
  return read.ok() ? timers : -1;
}

}  // namespace fiscus::projects::testing
