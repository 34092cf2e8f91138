#include <catch2/catch.hpp>

#include "google/protobuf/descriptor.h"
#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/reason.h"
#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

constexpr char kId1[] = "00000000-0000-7000-8000-000000000001";
constexpr char kId2[] = "00000000-0000-7000-8000-000000000002";
constexpr char kId3[] = "00000000-0000-7000-8000-000000000003";

// The violated fields of an InvalidFields, in order.
std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : ViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

// Every value of a proto enum is named as ours is.
template <class Ours>
void SameNames(const google::protobuf::EnumDescriptor& theirs, const std::string& prefix,
               int count) {
  CHECK(theirs.value_count() == count);
  for (int i = 0; i < theirs.value_count(); ++i) {
    const auto& value = *theirs.value(i);
    CHECK(value.name() == prefix + std::string(Name(static_cast<Ours>(value.number()))));
  }
}

Author Now(const char* actor) { return {.actor = actor, .today = kDay}; }

v1::ImportedProject Imported() {
  v1::ImportedProject imported;
  imported.set_request_id(kId3);
  *imported.mutable_project() = ToProto(FileIn(ProjectState::kExecuting).project);
  imported.mutable_project()->set_project_id(kId1);
  *imported.add_work_items() = ToProto(ItemOf(kId2, 10, 20, 5));
  imported.set_reported_on("2026-03-02");
  return imported;
}

}  // namespace

TEST_CASE("Enums are those of the proto", "[projects][codec]") {
  SameNames<ProjectState>(*v1::ProjectState_descriptor(), "PROJECT_STATE_", kProjectStates);
  SameNames<ProjectCommand>(*v1::ProjectCommand_descriptor(), "PROJECT_COMMAND_", kProjectCommands);
  SameNames<ContractState>(*v1::ContractState_descriptor(), "CONTRACT_STATE_", kContractStates);
  SameNames<ContractCommand>(*v1::ContractCommand_descriptor(), "CONTRACT_COMMAND_",
                             kContractCommands);
  SameNames<MeasurementState>(*v1::MeasurementState_descriptor(), "MEASUREMENT_STATE_", 4);
}

TEST_CASE("Reasons are those of the proto", "[projects][codec]") {
  const auto& theirs = *v1::ProjectsReason_descriptor();
  CHECK(theirs.value_count() == static_cast<int>(AllReasons().size()) + 1);
  for (const ReasonInfo& info : AllReasons()) {
    const auto* value = theirs.FindValueByNumber(static_cast<int>(info.reason));
    REQUIRE(value != nullptr);
    CHECK(value->name() == info.name);
  }
}

TEST_CASE("A project survives the way out and in", "[projects][codec]") {
  Project project = FileIn(ProjectState::kDraft).project;
  project.project_id = kId1;
  project.parent_project_id = kId2;
  rpc::Fields fields;
  Project back = ParseProject(fields, "project", ToProto(project), Now(kUnitUser));
  CHECK(fields.status().ok());
  back.state = project.state;
  back.version = project.version;
  back.physical_bp = project.physical_bp;
  back.declared_by = project.declared_by;
  CHECK(back == project);
}

TEST_CASE("All malformed fields of a project are named at once", "[projects][codec]") {
  v1::Project project = ToProto(FileIn(ProjectState::kDraft).project);
  project.set_project_id("p1");
  project.set_code("");
  project.set_unit_path("no/path");
  project.set_currency("yuan");
  project.set_approved_investment(-1);
  project.set_planned_start("2026-02-30");
  project.mutable_documents(0)->set_kind("LETTER");
  project.mutable_documents(1)->set_sha256("abc");
  project.mutable_targets(0)->set_name("");
  rpc::Fields fields;
  ParseProject(fields, "project", project, Now(kUnitUser));
  CHECK(FieldsOf(fields.status()) ==
        std::vector<std::string>{"project.project_id", "project.code", "project.unit_path",
                                 "project.currency", "project.approved_investment",
                                 "project.planned_start", "project.targets[0].name",
                                 "project.documents[0].kind", "project.documents[1].sha256"});
}

TEST_CASE("A desk takes its own commands, with a reason where one is due", "[projects][codec]") {
  v1::ProjectCommandRequest request;
  request.set_project_id(kId1);
  request.set_effective_date("2026-03-02");
  for (int command = 0; command <= kProjectCommands; ++command) {
    request.set_command(static_cast<v1::ProjectCommand>(command));
    request.set_reason("because");
    int desks = 0;
    for (const Desk desk : {Desk::kUnit, Desk::kReview, Desk::kPlanning, Desk::kFinance,
                            Desk::kExecution, Desk::kAcceptance}) {
      desks += ParseStep(request, desk, Now(kUnitUser)).ok() ? 1 : 0;
    }
    CHECK(desks == (command >= 1 && command < kProjectCommands ? 1 : 0));
  }
  request.set_command(v1::PROJECT_COMMAND_REJECT);
  request.set_reason("");
  CHECK(FieldsOf(ParseStep(request, Desk::kReview, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"reason"});
}

TEST_CASE("A desk brings its own documents, and a waiver gives its reason", "[projects][codec]") {
  v1::ProjectCommandRequest request;
  request.set_project_id(kId1);
  request.set_command(v1::PROJECT_COMMAND_PASS_REVIEW);
  request.set_effective_date("2026-03-02");
  for (const std::string_view kind : {kReviewOpinion, kPermit, kDatesWaiver}) {
    v1::DocumentRef& document = *request.add_documents();
    document.set_kind(std::string(kind));
    document.set_sha256(std::string(64, 'a'));
  }
  CHECK(FieldsOf(ParseStep(request, Desk::kReview, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"documents[2].reason", "documents[1].kind"});
  request.mutable_documents(1)->set_kind("OTHER");
  request.mutable_documents(2)->set_reason("the flood");
  request.mutable_documents(2)->set_brought_by("somebody");
  const auto step = ParseStep(request, Desk::kReview, Now(kOtherUser));
  REQUIRE(step.ok());
  CHECK(step->documents[2].reason == "the flood");
  CHECK(step->documents[2].brought_by == kOtherUser);
}

TEST_CASE("A settlement belongs to SETTLE, signing to the signer", "[projects][codec]") {
  v1::ContractCommandRequest request;
  request.set_contract_id(kId1);
  request.set_effective_date("2026-03-02");
  request.set_reason("because");
  for (int command = 1; command < kContractCommands; ++command) {
    request.set_command(static_cast<v1::ContractCommand>(command));
    const bool settles = command == v1::CONTRACT_COMMAND_SETTLE;
    const bool signing =
        command == v1::CONTRACT_COMMAND_SIGN || command == v1::CONTRACT_COMMAND_DECLINE;
    request.set_settlement_amount(settles ? 5 : 0);
    CHECK(ParseStep(request, signing, Now(kUnitUser)).ok());
    CHECK_FALSE(ParseStep(request, !signing, Now(kUnitUser)).ok());
    request.set_settlement_amount(settles ? 0 : 5);
    CHECK(FieldsOf(ParseStep(request, signing, Now(kUnitUser)).status()) ==
          std::vector<std::string>{"settlement_amount"});
  }
}

TEST_CASE("A contract names who may be paid", "[projects][codec]") {
  v1::CreateContractRequest request;
  *request.mutable_contract() = ToProto(ContractIn(ContractState::kDraft));
  request.mutable_contract()->set_contract_id(kId1);
  request.mutable_contract()->set_project_id(kId2);
  request.mutable_contract()->set_line_id(kId3);
  request.set_effective_date("2026-03-02");
  rpc::Fields fields;
  const Contract contract = ParseContract(fields, request.contract(), Now(kOtherUser));
  REQUIRE(fields.ok());
  CHECK(contract.drafted_by == kOtherUser);
  CHECK(contract.payees.size() == 1);
  request.mutable_contract()->clear_payees();
  request.mutable_contract()->set_original_value(0);
  ParseContract(fields, request.contract(), Now(kOtherUser));
  CHECK(FieldsOf(fields.status()) ==
        std::vector<std::string>{"contract.payees", "contract.original_value"});
}

TEST_CASE("A correction and a modification give their reason", "[projects][codec]") {
  v1::RecordMeasurementRequest measurement;
  measurement.mutable_measurement()->set_measurement_id(kId1);
  measurement.mutable_measurement()->set_project_id(kId2);
  measurement.mutable_measurement()->set_measured_on("2026-03-02");
  measurement.mutable_measurement()->set_correction(true);
  for (int i = 0; i < 2; ++i)
    measurement.mutable_measurement()->add_quantities()->set_work_item_id(kId3);
  CHECK(FieldsOf(ParseMeasurement(measurement, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"measurement.quantities[1].work_item_id", "measurement.reason"});
  v1::CreateModificationRequest modification;
  modification.mutable_modification()->set_modification_id(kId1);
  modification.mutable_modification()->set_contract_id(kId2);
  CHECK(FieldsOf(ParseModification(modification, kUnitUser).status()) ==
        std::vector<std::string>{"modification.reason", "modification.delta"});
}

TEST_CASE("A report gives its state and quantities within the whole", "[projects][codec]") {
  const auto report = ParseReport(Imported(), Now(kUnitUser));
  REQUIRE(report.ok());
  CHECK(report->project.observed);
  CHECK(report->project.state == ProjectState::kExecuting);
  CHECK(report->measurement_id == ParseReport(Imported(), Now(kOtherUser))->measurement_id);
  v1::ImportedProject bad = Imported();
  bad.mutable_project()->set_state(v1::PROJECT_STATE_UNSPECIFIED);
  bad.mutable_work_items(0)->set_certified_milli(21);
  bad.mutable_work_items(0)->set_contract_id(kId1);
  CHECK(FieldsOf(ParseReport(bad, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"project.state", "work_items[0].certified_milli",
                                 "work_items[0].contract_id"});
}

TEST_CASE("What has happened is not dated after today", "[projects][codec]") {
  const std::string tomorrow = "2026-03-03";
  v1::ProjectCommandRequest command;
  command.set_project_id(kId1);
  command.set_command(v1::PROJECT_COMMAND_DECLARE);
  command.set_effective_date(tomorrow);
  CHECK(FieldsOf(ParseStep(command, Desk::kUnit, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"effective_date"});
  v1::ContractCommandRequest contract;
  contract.set_contract_id(kId1);
  contract.set_command(v1::CONTRACT_COMMAND_SUBMIT);
  contract.set_effective_date(tomorrow);
  CHECK(FieldsOf(ParseStep(contract, false, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"effective_date"});
  v1::RecordMeasurementRequest record;
  record.mutable_measurement()->set_measurement_id(kId1);
  record.mutable_measurement()->set_project_id(kId2);
  record.mutable_measurement()->set_measured_on(tomorrow);
  record.mutable_measurement()->add_quantities()->set_work_item_id(kId3);
  CHECK(FieldsOf(ParseMeasurement(record, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"measurement.measured_on"});
  record.mutable_measurement()->set_measured_on("2026-03-02");
  CHECK(ParseMeasurement(record, Now(kUnitUser)).ok());
  v1::ImportedProject imported = Imported();
  imported.set_reported_on(tomorrow);
  CHECK(FieldsOf(ParseReport(imported, Now(kUnitUser)).status()) ==
        std::vector<std::string>{"reported_on"});
}

TEST_CASE("Today is the day that has begun anywhere", "[projects][codec]") {
  Call call;
  call.now = absl::FromCivil(absl::CivilHour(2026, 3, 1, 9), absl::UTCTimeZone());
  CHECK(AuthorOf(call).today == absl::CivilDay(2026, 3, 1));
  call.now += absl::Hours(1);
  CHECK(AuthorOf(call).today == absl::CivilDay(2026, 3, 2));
}

TEST_CASE("No milestone of a baseline is met yet", "[projects][codec]") {
  v1::SetBaselineRequest request;
  request.set_effective_date("2026-03-02");
  *request.add_milestones() = ToProto(FileIn(ProjectState::kDraft).milestones[0]);
  request.mutable_milestones(0)->set_milestone_id(kId1);
  rpc::Fields fields;
  ParseBaseline(fields, request, Now(kUnitUser));
  CHECK(fields.ok());
  request.mutable_milestones(0)->set_met_on("2026-03-01");
  ParseBaseline(fields, request, Now(kUnitUser));
  CHECK(FieldsOf(fields.status()) == std::vector<std::string>{"milestones[0].met_on"});
}

// Goal: no legal baseline makes an event that the log refuses. Method: as many items as the limit
// admits, all of them under contracts of their own, all measured at once with the longest reason.
TEST_CASE("Every event about the largest legal baseline fits into 900 KiB", "[projects][codec]") {
  const size_t name_bytes = GENERATE(150, 400);
  v1::SetBaselineRequest request;
  request.set_effective_date("2026-03-02");
  for (int i = 0; i < 500; ++i) {
    v1::Milestone& milestone = *request.add_milestones();
    milestone.set_milestone_id(NamedUuid("milestone", std::to_string(i)));
    milestone.set_name("a milestone");
    milestone.set_due_date("2026-03-02");
  }
  BaselineCommand largest;
  for (int i = 0; i < 2000; ++i) {
    WorkItem item = ItemOf(NamedUuid("item", std::to_string(i)), INT64_MAX / 2000, INT64_MAX,
                           INT64_MAX, NamedUuid("contract", std::to_string(i)));
    item.name = std::string(name_bytes, 'n');
    *request.add_work_items() = ToProto(item);
    request.mutable_work_items(i)->set_certified_milli(0);
    rpc::Fields fields;
    if (i % 100 == 99) {
      const BaselineCommand command = ParseBaseline(fields, request, Now(kUnitUser));
      if (!fields.ok()) break;
      largest = command;
    }
  }
  CHECK(largest.work_items.size() >= 900);
  ProjectFile file = FileIn(ProjectState::kExecuting);
  file.work_items = largest.work_items;
  file.milestones = largest.milestones;
  Measurement measurement{.measurement_id = kId1, .project_id = kId2, .measured_on = kDay};
  measurement.reason = std::string(2'000, 'r');
  for (WorkItem& item : file.work_items) {
    measurement.quantities.push_back({item.work_item_id, item.quantity_milli});
    item.certified_milli = item.quantity_milli;
  }
  for (Milestone& milestone : file.milestones) milestone.met_on = kDay;
  constexpr size_t kEventBytesMax = 900 * 1024;
  CHECK(ToEvent(file.project, ProgressOf(file, measurement)).payload.size() < kEventBytesMax);
  CHECK(ToEvent(file.project, BaselineSet{.work_items = file.work_items,
                                          .milestones = file.milestones,
                                          .frozen = true,
                                          .effective_date = kDay})
            .payload.size() < kEventBytesMax);
}

TEST_CASE("Facts carry the project's id as key and their aggregate", "[projects][codec]") {
  const ProjectFile file = FileIn(ProjectState::kExecuting);
  const events::Event changed =
      ToEvent(file.project,
              ProjectStateChanged{.project = file.project, .effective_date = kDay, .reason = "x"});
  CHECK(changed.aggregate == "projects/p1");
  CHECK(changed.key == "p1");
  CHECK(changed.type == "fiscus.projects.v1.ProjectStateChanged");
  const Contract contract = ContractIn(ContractState::kSigned);
  const events::Event signed_event = ToEvent(ContractEvent(
      ContractStateChanged{.contract = contract, .effective_date = kDay, .reason = {}}));
  CHECK(signed_event.aggregate == "contracts/c1");
  CHECK(signed_event.key == "p1");
  v1::ContractStateChanged payload;
  REQUIRE(payload.ParseFromString(signed_event.payload));
  CHECK(payload.contract().original_value() == contract.original_value_minor);
}

}  // namespace fiscus::projects
