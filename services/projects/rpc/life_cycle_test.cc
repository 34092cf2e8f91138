// The whole life of a project through the handlers, and what the handlers add to the domain:
// idempotency, events, rehearsals.
#include <catch2/catch.hpp>

#include "fiscus/projects/v1/events.pb.h"
#include "fiscus/projects/v1/projects_service.handlers.h"
#include "services/projects/rpc/resolve.h"
#include "services/projects/testing/world.h"

namespace fiscus::projects {
namespace {

using namespace testing;  // NOLINT: the test's own vocabulary

constexpr int kProject = 1;
constexpr int kContract = 500;

}  // namespace

TEST_CASE("A project lives from draft to closure", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 500'000);
  CHECK(world.Project(kProject).state() == v1::PROJECT_STATE_EXECUTING);

  CHECK(ReasonOf(world.Do(kProject, v1::PROJECT_COMMAND_COMPLETE).status()) == "WORK_NOT_COMPLETE");
  REQUIRE(world.Measure(601, kProject, 500).ok());
  CHECK(world.Project(kProject).physical_bp() == 5'000);
  CHECK(world.Contract(kContract).certified_value() == 150'000);
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_SUSPEND).ok());
  CHECK(ReasonOf(world.Measure(602, kProject, 600).status()) == "WRONG_STATE");
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_RESUME).ok());
  REQUIRE(world.Measure(603, kProject, 1'000).ok());
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_COMPLETE).ok());
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_ACCEPT).ok());

  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_PERFORM).ok());
  world.ledger().Pay(Uuid(kContract), 450'000);
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_SETTLE, kOperator, 480'000).ok());
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 30'000);
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_APPROVE_FINAL_ACCOUNT).ok());
  CHECK(ReasonOf(world.Do(kProject, v1::PROJECT_COMMAND_CLOSE).status()) == "OPEN_COMMITMENTS");
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_START_WARRANTY).ok());
  world.ledger().Pay(Uuid(kContract), 30'000);
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_CLOSE).ok());
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_CLOSE).ok());

  const v1::Project closed = world.Project(kProject);
  CHECK(closed.state() == v1::PROJECT_STATE_CLOSED);
  CHECK(world.SequencesGapFree());
  // Created and 13 steps with a change of state; SetBaseline and START set the baseline; two
  // measurements.
  CHECK(world.Events("fiscus.projects.v1.ProjectStateChanged") == 14);
  CHECK(world.Events("fiscus.projects.v1.BaselineSet") == 2);
  CHECK(world.Events("fiscus.projects.v1.MeasurementCertified") == 2);
  CHECK(closed.version() == 18);
  CHECK(world.Timers() == 0);
}

TEST_CASE("The department waives what is left, and the unit completes", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(world.Measure(601, kProject, 900).ok());
  v1::ProjectCommandRequest complete = world.Command(kProject, v1::PROJECT_COMMAND_COMPLETE);
  *complete.add_documents() = DocumentOf("COMPLETION_WAIVER");
  CHECK(ReasonOf(ExecuteProject(world.deps(), world.CallBy(kOperator), complete).status()) ==
        "FIELD_INVALID");
  complete.clear_documents();
  CHECK(ReasonOf(ExecuteProject(world.deps(), world.CallBy(kOperator), complete).status()) ==
        "WORK_NOT_COMPLETE");
  const auto waived = world.Do(kProject, v1::PROJECT_COMMAND_WAIVE_COMPLETION);
  REQUIRE(waived.ok());
  const v1::DocumentRef& waiver = waived->documents(waived->documents_size() - 1);
  CHECK(waiver.brought_by() == kReviewer);
  CHECK(waiver.reason() == "the flood");
  CHECK(ExecuteProject(world.deps(), world.CallBy(kOperator), complete).ok());
}

TEST_CASE("The ledger's word decides the money guards", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  world.Advance(kProject, v1::PROJECT_STATE_ESTABLISHED);
  world.ledger().lines = 0;
  world.ledger().active_lines = 0;
  CHECK(ReasonOf(world.Do(kProject, v1::PROJECT_COMMAND_BUDGET).status()) == "NO_BUDGET_LINE");
  world.ledger().lines = 1;
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_BUDGET).ok());
  CHECK(ReasonOf(world.Do(kProject, v1::PROJECT_COMMAND_ISSUE_FUNDS).status()) == "NO_ACTIVE_LINE");
  world.ledger().in_transit_minor = 1;
  const auto cancel = world.Do(kProject, v1::PROJECT_COMMAND_CANCEL);
  CHECK(ReasonOf(cancel.status()) == "OPEN_COMMITMENTS");
  CHECK(FigureOf(cancel.status(), "in_transit") == "1");
  world.ledger().mood = FakeLedger::Mood::kSilent;
  CHECK(world.Do(kProject, v1::PROJECT_COMMAND_CANCEL).status().code() ==
        absl::StatusCode::kUnavailable);
  CHECK(world.Project(kProject).state() == v1::PROJECT_STATE_BUDGETED);
}

TEST_CASE("A repeated command is answered as the first time and done once", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = world.CallBy(kOperator);
  const auto first = CreateProject(world.deps(), call, world.NewProject(kProject));
  REQUIRE(first.ok());
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_DECLARE).ok());
  const auto again = CreateProject(world.deps(), call, world.NewProject(kProject));
  REQUIRE(again.ok());
  CHECK(again->SerializeAsString() == first->SerializeAsString());
  Call other = call;
  other.request_digest = std::string(32, 'x');
  CHECK(ReasonOf(CreateProject(world.deps(), other, world.NewProject(kProject)).status()) ==
        "REQUEST_ID_REUSED");
  CHECK(world.Events("") == 2);
}

TEST_CASE("A repeat of finance's command is answered while the ledger is silent",
          "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const Call call = world.CallBy(kReviewer);
  const auto cancel = world.Command(kProject, v1::PROJECT_COMMAND_CANCEL);
  const auto first = FinanceProject(world.deps(), call, cancel);
  REQUIRE(first.ok());
  world.ledger().mood = FakeLedger::Mood::kSilent;
  const auto again = FinanceProject(world.deps(), call, cancel);
  REQUIRE(again.ok());
  CHECK(again->SerializeAsString() == first->SerializeAsString());
}

TEST_CASE("A project id and a live code are taken once", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  REQUIRE(world.Create(kProject).ok());  // same id, same content, another request
  v1::CreateProjectRequest request = world.NewProject(kProject);
  request.mutable_project()->set_name("Another");
  CHECK(ReasonOf(CreateProject(world.deps(), world.CallBy(kOperator), request).status()) ==
        "PROJECT_EXISTS");
  request = world.NewProject(2);
  request.mutable_project()->set_code("CODE-1");
  const auto taken = CreateProject(world.deps(), world.CallBy(kOperator), request);
  CHECK(ReasonOf(taken.status()) == "PROJECT_CODE_TAKEN");
  CHECK(FigureOf(taken.status(), "project_id") == Uuid(kProject));
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_CANCEL).ok());
  CHECK(CreateProject(world.deps(), world.CallBy(kOperator), request).ok());
  CHECK(world.Events("") == 3);
}

TEST_CASE("A rehearsal changes nothing", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::CreateProjectRequest create = world.NewProject(kProject);
  create.set_validate_only(true);
  REQUIRE(CreateProject(world.deps(), world.CallBy(kOperator), create).ok());
  CHECK(world.Events("") == 0);
  REQUIRE(world.Create(kProject).ok());
  v1::ProjectCommandRequest declare = world.Command(kProject, v1::PROJECT_COMMAND_DECLARE);
  declare.set_validate_only(true);
  const auto rehearsed = DeclareProject(world.deps(), world.CallBy(kOperator), declare);
  REQUIRE(rehearsed.ok());
  CHECK(rehearsed->state() == v1::PROJECT_STATE_DECLARED);
  CHECK(world.Project(kProject).state() == v1::PROJECT_STATE_DRAFT);
}

TEST_CASE("A draft is changed in its present version", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  v1::UpdateProjectRequest update;
  *update.mutable_project() = world.NewProject(kProject).project();
  update.mutable_project()->set_name("A larger school");
  update.set_expected_version(2);
  update.set_effective_date(kDate);
  CHECK(ReasonOf(UpdateProject(world.deps(), world.CallBy(kOperator), update).status()) ==
        "VERSION_MISMATCH");
  update.set_expected_version(1);
  const auto changed = UpdateProject(world.deps(), world.CallBy(kOperator), update);
  REQUIRE(changed.ok());
  CHECK(changed->name() == "A larger school");
  CHECK(changed->version() == 2);
}

TEST_CASE("An approved estimate is amended by planning", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  v1::AmendEstimateRequest amend;
  amend.set_project_id(Uuid(kProject));
  amend.set_approved_investment(499'999);
  amend.set_effective_date(kDate);
  *amend.add_documents() = DocumentOf("ESTABLISHMENT_APPROVAL");
  amend.mutable_documents(0)->set_sha256(std::string(64, 'b'));
  const auto by = [&](const std::string& user) {
    return AmendEstimate(world.deps(), world.CallBy(user), amend);
  };
  CHECK(ReasonOf(by(kReviewer).status()) == "FIELD_INVALID");  // no reason
  amend.set_reason("rock");
  CHECK(ReasonOf(by(kReviewer).status()) == "EXCEEDS_APPROVED_INVESTMENT");
  CHECK(ReasonOf(by(kOperator).status()) == "SAME_PERSON");
  amend.set_approved_investment(1'500'000);
  const auto amended = by(kReviewer);
  REQUIRE(amended.ok());
  CHECK(world.Project(kProject).SerializeAsString() == amended->SerializeAsString());
  CHECK(amended->approved_investment() == 1'500'000);
  CHECK(CreateContract(world.deps(), world.CallBy(kOperator),
                       world.NewContract(501, kProject, 1'000'000))
            .ok());
  CHECK(world.SequencesGapFree());
}

TEST_CASE("Sub-projects stay within their parent", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const auto child = [&](int number, int64_t investment, const std::string& unit) {
    v1::CreateProjectRequest request = world.NewProject(number);
    request.mutable_project()->set_parent_project_id(Uuid(kProject));
    request.mutable_project()->set_approved_investment(investment);
    request.mutable_project()->set_unit_path(unit);
    return ReasonOf(CreateProject(world.deps(), world.CallBy(kOperator), request).status());
  };
  CHECK(child(2, 600'000, kUnit).empty());
  CHECK(child(3, 400'001, kUnit) == "EXCEEDS_PARENT");
  CHECK(child(3, 400'000, "/330000/health/") == "OUTSIDE_PARENT");
  CHECK(child(3, 400'000, std::string(kUnit) + "s1/").empty());
  v1::UpdateProjectRequest shrink;
  *shrink.mutable_project() = world.NewProject(kProject).project();
  shrink.mutable_project()->set_approved_investment(999'999);
  shrink.set_expected_version(1);
  shrink.set_effective_date(kDate);
  CHECK(ReasonOf(UpdateProject(world.deps(), world.CallBy(kOperator), shrink).status()) ==
        "EXCEEDS_PARENT");
  v1::CreateProjectRequest orphan = world.NewProject(9);
  orphan.mutable_project()->set_parent_project_id(Uuid(77));
  CHECK(ReasonOf(CreateProject(world.deps(), world.CallBy(kOperator), orphan).status()) ==
        "PROJECT_NOT_FOUND");
}

TEST_CASE("Four eyes: declarer and reviewer, recorder and certifier", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  v1::RecordMeasurementRequest record;
  record.mutable_measurement()->set_measurement_id(Uuid(601));
  record.mutable_measurement()->set_project_id(Uuid(kProject));
  record.mutable_measurement()->set_measured_on(kDate);
  v1::MeasuredQuantity& quantity = *record.mutable_measurement()->add_quantities();
  quantity.set_work_item_id(Uuid(101));
  quantity.set_quantity_milli(10);
  REQUIRE(RecordMeasurement(world.deps(), world.CallBy(kOperator), record).ok());
  CHECK(ReasonOf(RecordMeasurement(world.deps(), world.CallBy(kOperator), record).status()) ==
        "RECORD_EXISTS");
  v1::CertifyMeasurementRequest certify;
  certify.set_measurement_id(Uuid(601));
  CHECK(ReasonOf(CertifyMeasurement(world.deps(), world.CallBy(kOperator), certify).status()) ==
        "SAME_PERSON");
  certify.set_refuse(true);
  CHECK(ReasonOf(CertifyMeasurement(world.deps(), world.CallBy(kColleague), certify).status()) ==
        "FIELD_INVALID");
  certify.set_reason("not seen on site");
  const auto refused = CertifyMeasurement(world.deps(), world.CallBy(kColleague), certify);
  REQUIRE(refused.ok());
  CHECK(refused->state() == v1::MEASUREMENT_STATE_REFUSED);
  CHECK(ReasonOf(CertifyMeasurement(world.deps(), world.CallBy(kColleague), certify).status()) ==
        "WRONG_STATE");
  certify.set_measurement_id(Uuid(699));
  CHECK(ReasonOf(CertifyMeasurement(world.deps(), world.CallBy(kColleague), certify).status()) ==
        "MEASUREMENT_NOT_FOUND");
  CHECK(world.Events("fiscus.projects.v1.MeasurementCertified") == 0);

  REQUIRE(world.Create(2).ok());
  REQUIRE(world.Do(2, v1::PROJECT_COMMAND_DECLARE).ok());
  REQUIRE(world.Do(2, v1::PROJECT_COMMAND_ACCEPT_FOR_REVIEW).ok());
  CHECK(ReasonOf(world.Do(2, v1::PROJECT_COMMAND_PASS_REVIEW, kOperator).status()) ==
        "SAME_PERSON");
}

TEST_CASE("Baseline and milestones", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  CHECK(ReasonOf(SetBaseline(world.deps(), world.CallBy(kOperator),
                             world.NewBaseline(kProject, kContract))
                     .status()) == "BASELINE_FROZEN");
  v1::MeetMilestoneRequest meet;
  meet.set_project_id(Uuid(kProject));
  meet.set_milestone_id(Uuid(150));
  meet.set_met_on("2026-08-30");
  REQUIRE(MeetMilestone(world.deps(), world.CallBy(kOperator), meet).ok());
  REQUIRE(MeetMilestone(world.deps(), world.CallBy(kOperator), meet).ok());
  CHECK(world.Events("fiscus.projects.v1.MilestoneChanged") == 1);
  meet.set_milestone_id(Uuid(151));
  CHECK(ReasonOf(MeetMilestone(world.deps(), world.CallBy(kOperator), meet).status()) ==
        "MILESTONE_NOT_FOUND");
  v1::GetBaselineRequest get;
  get.set_project_id(Uuid(kProject));
  const auto baseline = GetBaseline(world.deps(), world.CallBy(kOperator), get);
  REQUIRE(baseline.ok());
  CHECK(baseline->frozen());
  CHECK(baseline->work_items_size() == 2);
  CHECK(baseline->milestones(0).met_on() == "2026-08-30");
}

TEST_CASE("A frozen baseline gets the items of a new contract", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(world.Measure(601, kProject, 500).ok());
  REQUIRE(CreateContract(world.deps(), world.CallBy(kOperator),
                         world.NewContract(501, kProject, 100'000))
              .ok());
  v1::AmendBaselineRequest amend;
  amend.set_project_id(Uuid(kProject));
  amend.set_effective_date(kDate);
  *amend.mutable_work_items() = world.NewBaseline(kProject, kContract).work_items();
  v1::WorkItem& added = *amend.add_work_items();
  added = amend.work_items(0);
  added.set_work_item_id(Uuid(103));
  added.set_contract_id(Uuid(501));
  added.set_value(100'000);
  const auto by = [&](const std::string& user) {
    return AmendBaseline(world.deps(), world.CallBy(user), amend);
  };
  CHECK(ReasonOf(by(kReviewer).status()) == "FIELD_INVALID");
  amend.set_reason("a second contract");
  CHECK(ReasonOf(by(kOperator).status()) == "SAME_PERSON");
  const auto amended = by(kReviewer);
  REQUIRE(amended.ok());
  CHECK(amended->work_items_size() == 3);
  CHECK(amended->work_items(0).certified_milli() == 500'000);
  CHECK(world.Project(kProject).physical_bp() == 4'000);
  CHECK(world.Contract(kContract).certified_value() == 150'000);
  v1::ListMeasurementsRequest list;
  list.set_project_id(Uuid(kProject));
  CHECK(ListMeasurements(world.deps(), world.CallBy(kOperator), list)->measurements_size() == 2);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("Lists keep to the caller's units, page by page", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  for (int i = 1; i <= 5; ++i) {
    v1::CreateProjectRequest request = world.NewProject(i);
    if (i == 5) request.mutable_project()->set_unit_path("/330000/health/");
    REQUIRE(CreateProject(world.deps(), world.CallBy(kOperator), request).ok());
  }
  v1::ListProjectsRequest list;
  list.set_page_size(3);
  const Call call = world.CallBy(kOperator, kUnit);
  const auto first = ListProjects(world.deps(), call, list);
  REQUIRE(first.ok());
  CHECK(first->projects_size() == 3);
  list.set_page_token(first->next_page_token());
  const auto second = ListProjects(world.deps(), call, list);
  REQUIRE(second.ok());
  CHECK(second->projects_size() == 1);
  CHECK(second->next_page_token().empty());
  // A token belongs to its query and tenant.
  list.set_code("CODE-1");
  CHECK(ReasonOf(ListProjects(world.deps(), call, list).status()) == "PAGE_TOKEN_INVALID");
  list.clear_code();
  CHECK(ReasonOf(ListProjects(world.deps(), world.CallBy(kOperator, kUnit, "t2"), list).status()) ==
        "PAGE_TOKEN_INVALID");
}

TEST_CASE("A page of large projects ends before a message is full", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  for (int i = 1; i <= 60; ++i) {
    v1::CreateProjectRequest request = world.NewProject(i);
    request.mutable_project()->clear_targets();
    for (int target = 0; target < 100; ++target)
      request.mutable_project()->add_targets()->set_name(std::string(400, 't'));
    REQUIRE(CreateProject(world.deps(), world.CallBy(kOperator), request).ok());
  }
  v1::ListProjectsRequest list;
  list.set_page_size(1'000);
  const Call call = world.CallBy(kOperator);
  int seen = 0;
  int pages = 0;
  do {
    const auto page = ListProjects(world.deps(), call, list);
    REQUIRE(page.ok());
    CHECK(page->ByteSizeLong() < (2 << 20) + 100'000);
    seen += page->projects_size();
    ++pages;
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  CHECK(seen == 60);
  CHECK(pages == 2);
}

TEST_CASE("Units are resolved for the access check", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(world.Measure(601, kProject, 100).ok());
  const rpc::UnitResolver resolve = UnitsOf(world.deps());
  const Call call = world.CallBy(kOperator);
  CHECK(*resolve(call, "project", {Uuid(kProject)}) == std::vector<std::string>{kUnit});
  CHECK(*resolve(call, "contract", {Uuid(kContract)}) == std::vector<std::string>{kUnit});
  CHECK(*resolve(call, "measurement", {Uuid(601)}) == std::vector<std::string>{kUnit});
  CHECK(ReasonOf(resolve(call, "project", {Uuid(kProject), Uuid(9)}).status()) ==
        "PROJECT_NOT_FOUND");
  CHECK(ReasonOf(resolve(call, "contract", {Uuid(9)}).status()) == "CONTRACT_NOT_FOUND");
  CHECK(ReasonOf(resolve(call, "measurement", {Uuid(9)}).status()) == "MEASUREMENT_NOT_FOUND");
  CHECK(ReasonOf(resolve(call, "modification", {Uuid(9)}).status()) == "MODIFICATION_NOT_FOUND");
  CHECK(
      ReasonOf(resolve(world.CallBy(kOperator, "/", "t2"), "project", {Uuid(kProject)}).status()) ==
      "PROJECT_NOT_FOUND");
}

TEST_CASE("Each desk takes its own commands only", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const Call call = world.CallBy(kOperator);
  const auto declare = world.Command(kProject, v1::PROJECT_COMMAND_DECLARE);
  const auto close = world.Command(kProject, v1::PROJECT_COMMAND_CLOSE);
  const Deps& deps = world.deps();
  CHECK(ReasonOf(DeclareProject(deps, call, close).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(ReviewProject(deps, call, declare).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(EstablishProject(deps, call, declare).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(FinanceProject(deps, call, declare).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(ExecuteProject(deps, call, declare).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(AcceptProject(deps, call, declare).status()) == "FIELD_INVALID");
  CHECK(ReasonOf(FinanceProject(deps, call, close).status()) == "WRONG_STATE");
  CHECK(world.Project(kProject).version() == 1);
}

TEST_CASE("What is absent is not found, in another tenant neither", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  v1::GetProjectRequest project;
  project.set_project_id(Uuid(kProject));
  CHECK(GetProject(world.deps(), world.CallBy(kOperator), project).ok());
  CHECK(ReasonOf(GetProject(world.deps(), world.CallBy(kOperator, "/", "t2"), project).status()) ==
        "PROJECT_NOT_FOUND");
  v1::GetContractRequest contract;
  contract.set_contract_id(Uuid(kContract));
  CHECK(ReasonOf(GetContract(world.deps(), world.CallBy(kOperator), contract).status()) ==
        "CONTRACT_NOT_FOUND");
}

TEST_CASE("Payments learn what they must know, key by key", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  v1::BatchGetPaymentContextRequest request;
  const auto add = [&](int project, int contract) {
    v1::PaymentContextKey& key = *request.add_keys();
    key.set_project_id(Uuid(project));
    if (contract != 0) key.set_contract_id(Uuid(contract));
  };
  add(kProject, kContract);
  add(kProject, 0);
  add(9, 0);
  add(kProject, 9);
  const auto response = BatchGetPaymentContext(world.deps(), world.CallBy(kOperator), request);
  REQUIRE(response.ok());
  REQUIRE(response->contexts_size() == 4);
  CHECK(response->contexts(0).contract().payees_size() == 1);
  CHECK(response->contexts(0).project().state() == v1::PROJECT_STATE_EXECUTING);
  CHECK_FALSE(response->contexts(1).has_contract());
  CHECK(response->contexts(2).status().reason() == "PROJECT_NOT_FOUND");
  CHECK(response->contexts(3).status().reason() == "CONTRACT_NOT_FOUND");
  request.clear_keys();
  CHECK(ReasonOf(BatchGetPaymentContext(world.deps(), world.CallBy(kOperator), request).status()) ==
        "FIELD_INVALID");
}

}  // namespace fiscus::projects
