// Reports of observed projects: a result each, idempotent by request and by source.
#include <catch2/catch.hpp>

#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/ids.h"
#include "libs/runtime/clock.h"
#include "services/projects/testing/world.h"

namespace fiscus::projects {
namespace {

using namespace testing;  // NOLINT: the test's own vocabulary

// A report of project `number` with one work item at `share_milli` of the whole; the request id is
// made from `round`.
v1::ImportedProject Report(const World& world, int number, int64_t share_milli, int round = 1) {
  v1::ImportedProject imported;
  imported.set_request_id(NamedUuid("test", std::to_string(number) + "/" + std::to_string(round)));
  *imported.mutable_project() = world.NewProject(number).project();
  imported.mutable_project()->clear_targets();
  imported.mutable_project()->clear_documents();
  imported.mutable_project()->set_state(v1::PROJECT_STATE_EXECUTING);
  imported.mutable_project()->set_source_ref("file:row " + std::to_string(number));
  v1::WorkItem& item = *imported.add_work_items();
  item.set_work_item_id(Uuid(number * 100 + 1));
  item.set_name("all works");
  item.set_value(1'000'000);
  item.set_quantity_milli(1'000);
  item.set_quantity_unit("%");
  item.set_planned_start("2026-01-01");
  item.set_planned_end("2026-12-31");
  item.set_certified_milli(share_milli);
  imported.set_reported_on("2026-03-31");
  return imported;
}

v1::BatchImportProjectsResponse Import(World& world,
                                       const std::vector<v1::ImportedProject>& reports,
                                       bool validate_only = false, const std::string& scope = "/") {
  v1::BatchImportProjectsRequest request;
  for (const v1::ImportedProject& report : reports) *request.add_projects() = report;
  request.set_validate_only(validate_only);
  const auto response = BatchImportProjects(world.deps(), world.CallBy(kOperator, scope), request);
  INFO(response.status().ToString());
  REQUIRE(response.ok());
  REQUIRE(response->results_size() == static_cast<int>(reports.size()));
  return *response;
}

std::vector<std::string> Reasons(const v1::BatchImportProjectsResponse& response) {
  std::vector<std::string> reasons;
  for (const v1::ImportProjectResult& result : response.results())
    reasons.push_back(result.status().reason());
  return reasons;
}

}  // namespace

TEST_CASE("A report makes project, baseline and progress", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto response = Import(world, {Report(world, 1, 250)});
  CHECK(response.results(0).status().code() == 0);
  CHECK_FALSE(response.results(0).replayed());
  CHECK(response.results(0).project_id() == Uuid(1));
  const v1::Project project = world.Project(1);
  CHECK(project.observed());
  CHECK(project.physical_bp() == 2'500);
  CHECK(project.version() == 3);
  CHECK(world.Events("") == 3);
  CHECK(world.SequencesGapFree());
  v1::ListMeasurementsRequest list;
  list.set_project_id(Uuid(1));
  const auto measurements = ListMeasurements(world.deps(), world.CallBy(kOperator), list);
  REQUIRE(measurements.ok());
  CHECK(measurements->measurements_size() == 1);
}

TEST_CASE("The same report changes nothing, by request and by source", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Import(world, {Report(world, 1, 250)});
  CHECK(Import(world, {Report(world, 1, 250)}).results(0).replayed());
  CHECK(Import(world, {Report(world, 1, 250, /*round=*/2)}).results(0).replayed());
  CHECK(Reasons(Import(world, {Report(world, 1, 300)})) ==
        std::vector<std::string>{"REQUEST_ID_REUSED"});
  CHECK(world.Events("") == 3);
  CHECK(world.Project(1).version() == 3);
}

TEST_CASE("A changed report is an update, and an old one does not undo it", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Import(world, {Report(world, 1, 250)});
  const auto updated = Import(world, {Report(world, 1, 400, 2)});
  CHECK(updated.results(0).status().code() == 0);
  CHECK_FALSE(updated.results(0).replayed());
  CHECK(world.Project(1).physical_bp() == 4'000);
  CHECK(Import(world, {Report(world, 1, 250, 1)}).results(0).replayed());
  CHECK(world.Project(1).physical_bp() == 4'000);
  v1::ImportedProject renamed = Report(world, 1, 400, 3);
  renamed.mutable_project()->set_name("A larger school");
  renamed.mutable_project()->set_state(v1::PROJECT_STATE_COMPLETED);
  Import(world, {renamed});
  CHECK(world.Project(1).name() == "A larger school");
  CHECK(world.Project(1).state() == v1::PROJECT_STATE_COMPLETED);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("One refused report does not harm its neighbours", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(7).ok());
  v1::ImportedProject malformed = Report(world, 2, 2'000);
  v1::ImportedProject taken = Report(world, 3, 0);
  taken.mutable_project()->set_code("CODE-1");
  v1::ImportedProject orphan = Report(world, 4, 0);
  orphan.mutable_project()->set_parent_project_id(Uuid(99));
  v1::ImportedProject large_child = Report(world, 5, 0);
  large_child.mutable_project()->set_parent_project_id(Uuid(1));
  large_child.mutable_project()->set_approved_investment(1'000'001);
  v1::ImportedProject child = Report(world, 6, 0);
  child.mutable_project()->set_parent_project_id(Uuid(1));
  const auto response = Import(world, {Report(world, 1, 0), malformed, taken, orphan, large_child,
                                       child, Report(world, 7, 0), Report(world, 8, 0)});
  CHECK(Reasons(response) == std::vector<std::string>{"", "FIELD_INVALID", "PROJECT_CODE_TAKEN",
                                                      "PROJECT_NOT_FOUND", "EXCEEDS_PARENT", "",
                                                      "PROJECT_EXISTS", ""});
  CHECK(world.Project(6).parent_project_id() == Uuid(1));
  CHECK(world.Project(8).observed());
  // What was refused may be sent again, mended, with the same request id.
  taken.mutable_project()->set_code("CODE-3");
  CHECK(Reasons(Import(world, {taken})) == std::vector<std::string>{""});
}

TEST_CASE("An older report under a new request id does not roll back", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Import(world, {Report(world, 1, 400)});
  v1::ImportedProject older = Report(world, 1, 250, 2);
  older.set_reported_on("2026-03-30");
  older.mutable_project()->set_state(v1::PROJECT_STATE_FUNDED);
  const auto outdated = Import(world, {older});
  CHECK(outdated.results(0).status().reason() == "REPORT_OUTDATED");
  CHECK(outdated.results(0).status().metadata().at("last_reported_on") == "2026-03-31");
  CHECK(world.Project(1).physical_bp() == 4'000);
  CHECK(world.Project(1).state() == v1::PROJECT_STATE_EXECUTING);
  // Neither in the batch that brings the newer one, and the content that counts is the newest
  // one's.
  v1::ImportedProject newer = Report(world, 1, 500, 3);
  newer.set_reported_on("2026-04-30");
  CHECK(Reasons(Import(world, {newer, older})) == std::vector<std::string>{"", "REPORT_OUTDATED"});
  newer.set_request_id(NamedUuid("test", "again"));
  CHECK(Import(world, {newer}).results(0).replayed());
  CHECK(world.Project(1).physical_bp() == 5'000);
}

TEST_CASE("A project is not taken from another unit", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Import(world, {Report(world, 1, 250)});
  v1::ImportedProject taken = Report(world, 1, 900, 2);
  taken.mutable_project()->set_unit_path("/330000/health/");
  CHECK(Reasons(Import(world, {taken}, false, "/330000/health/")) ==
        std::vector<std::string>{"OUT_OF_SCOPE"});
  CHECK(world.Project(1).unit_path() == kUnit);
  CHECK(world.Project(1).physical_bp() == 2'500);
  // Who holds the intent at both ends may move it.
  CHECK(Reasons(Import(world, {taken}, false, "/330000/")) == std::vector<std::string>{""});
  CHECK(world.Project(1).unit_path() == "/330000/health/");
}

TEST_CASE("Reports do not close a cycle of parents", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto under = [&](int number, int parent, int round) {
    v1::ImportedProject report = Report(world, number, 0, round);
    if (parent != 0) report.mutable_project()->set_parent_project_id(Uuid(parent));
    return report;
  };
  CHECK(Reasons(Import(world, {under(1, 0, 1), under(2, 1, 1), under(3, 2, 1)})) ==
        std::vector<std::string>{"", "", ""});
  CHECK(Reasons(Import(world, {under(1, 3, 2)})) == std::vector<std::string>{"PARENT_CYCLE"});
  CHECK(Reasons(Import(world, {under(1, 2, 3)})) == std::vector<std::string>{"PARENT_CYCLE"});
  // Also when the batch itself moves the others.
  CHECK(Reasons(Import(world, {under(4, 0, 1), under(5, 4, 1), under(4, 5, 2)})) ==
        std::vector<std::string>{"", "", "PARENT_CYCLE"});
  CHECK(world.Project(1).parent_project_id().empty());
}

TEST_CASE("A reported parent takes its children's units along or stays", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::ImportedProject child = Report(world, 2, 0);
  child.mutable_project()->set_parent_project_id(Uuid(1));
  Import(world, {Report(world, 1, 0), child});
  v1::ImportedProject moved = Report(world, 1, 0, 2);
  moved.mutable_project()->set_unit_path("/330000/health/");
  CHECK(Reasons(Import(world, {moved})) == std::vector<std::string>{"OUTSIDE_PARENT"});
  moved.mutable_project()->set_unit_path("/330000/");
  CHECK(Reasons(Import(world, {moved})) == std::vector<std::string>{""});
}

TEST_CASE("A project may be reported twice in one batch", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto response =
      Import(world, {Report(world, 1, 250), Report(world, 1, 300, 2), Report(world, 1, 300, 2)});
  CHECK(Reasons(response) == std::vector<std::string>{"", "", ""});
  CHECK(response.results(2).replayed());
  CHECK(world.Project(1).physical_bp() == 3'000);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("A rehearsed import changes nothing", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  CHECK(Reasons(Import(world, {Report(world, 1, 250)}, true)) == std::vector<std::string>{""});
  CHECK(world.Events("") == 0);
  CHECK_FALSE(Import(world, {Report(world, 1, 250)}).results(0).replayed());
}

TEST_CASE("Observed projects are driven by reports only", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Import(world, {Report(world, 1, 250)});
  CHECK(ReasonOf(world.Do(1, v1::PROJECT_COMMAND_SUSPEND).status()) == "OBSERVED_PROJECT");
  CHECK(ReasonOf(world.Measure(601, 1, 500).status()) == "WORK_ITEM_NOT_FOUND");
  CHECK(ReasonOf(
            CreateContract(world.deps(), world.CallBy(kOperator), world.NewContract(500, 1, 1'000))
                .status()) == "OBSERVED_PROJECT");
}

TEST_CASE("A thousand projects come in one batch, in time", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  std::vector<v1::ImportedProject> reports;
  for (int i = 0; i < 1'000; ++i) reports.push_back(Report(world, 1'000 + i, i));
  const absl::Time start = SystemClock().Now();
  Import(world, reports);
  CHECK(SystemClock().Now() - start < absl::Seconds(10));
  CHECK(world.Events("fiscus.projects.v1.ProjectStateChanged") == 1'000);
  reports.push_back(Report(world, 9'000, 0));
  v1::BatchImportProjectsRequest request;
  for (const v1::ImportedProject& report : reports) *request.add_projects() = report;
  CHECK(ReasonOf(BatchImportProjects(world.deps(), world.CallBy(kOperator), request).status()) ==
        "FIELD_INVALID");
}

}  // namespace fiscus::projects
