// Stores on a real PostgreSQL: what is written is read, fences of the database hold, tenants do not
// see each other.
#include <algorithm>

#include <catch2/catch.hpp>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/projects/domain/test_values.h"
#include "services/projects/store/contract_store.h"
#include "services/projects/store/measurement_store.h"
#include "services/projects/store/migrations.h"
#include "services/projects/store/project_store.h"
#include "services/projects/store/queries.h"

namespace fiscus::projects {
namespace {

using fiscus::testing::TestDatabase;

std::string Uuid(int number) { return NamedUuid("test", std::to_string(number)); }

// The complete project with real ids.
ProjectFile FileWith(int number, ProjectState state = ProjectState::kExecuting) {
  ProjectFile file = FileIn(state);
  file.project.project_id = Uuid(number);
  file.project.code = "CODE-" + std::to_string(number);
  for (size_t i = 0; i < file.work_items.size(); ++i) {
    file.work_items[i].work_item_id = Uuid(number * 100 + static_cast<int>(i));
    file.work_items[i].contract_id = i == 0 ? Uuid(500) : "";
  }
  file.milestones[0].milestone_id = Uuid(number * 100 + 50);
  return file;
}

Contract ContractWith(int number, int project) {
  Contract contract = ContractIn(ContractState::kEffective);
  contract.contract_id = Uuid(number);
  contract.contract_no = "HT-" + std::to_string(number);
  contract.project_id = Uuid(project);
  contract.line_id = Uuid(900);
  contract.signed_on = kDay;
  return contract;
}

class Stores {
 public:
  Stores() : database_("projects", kMigrations) {}
  absl::Status Write(const pg::Database::Body& body, std::string_view tenant = "t1") {
    return database_.database().WriteOnce(tenant, SystemClock().Now() + absl::Seconds(20), body,
                                          nullptr);
  }
  TestDatabase& database() { return database_; }

 private:
  TestDatabase database_;
};

absl::Status SaveNew(pg::Tx& tx, const ProjectFile& file) {
  return SaveProjects(tx, {{.before = nullptr, .after = &file}});
}

}  // namespace

TEST_CASE("Every query fits the schema", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  const absl::Status prepared = stores.database().PrepareAll(sql::kAll);
  INFO(prepared.ToString());
  CHECK(prepared.ok());
}

TEST_CASE("A project is read as it was written, and as it was changed", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  const ProjectFile first = FileWith(1);
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, first); }).ok());
  ProjectFile second = first;
  second.project.version += 1;
  second.project.name = "A \"larger\" school, {1}\\2";
  second.project.planned_end.reset();
  second.project.targets.clear();
  second.project.documents.push_back(DocumentOf(kDatesWaiver));
  second.work_items.pop_back();
  second.milestones[0].met_on = kDay;
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const ProjectFile read,
                                 LockProject(tx, first.project.project_id, Depth::kFile));
                CHECK(read == first);
                return SaveProjects(tx, {{.before = &read, .after = &second}});
              })
              .ok());
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const ProjectFile read,
                                 LoadProject(tx, first.project.project_id, Depth::kFile));
                CHECK(read == second);
                ASSIGN_OR_RETURN(const ProjectFile flat,
                                 LoadProject(tx, first.project.project_id, Depth::kProject));
                CHECK(flat.work_items.empty());
                CHECK(ReasonOf(LoadProject(tx, Uuid(99), Depth::kFile).status()) ==
                      "PROJECT_NOT_FOUND");
                return absl::OkStatus();
              })
              .ok());
}

TEST_CASE("Many projects are written by few statements", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  std::vector<ProjectFile> files;
  for (int i = 0; i < 500; ++i) files.push_back(FileWith(1000 + i));
  const absl::Time start = SystemClock().Now();
  REQUIRE(stores
              .Write([&](pg::Tx& tx) {
                std::vector<ProjectWrite> writes;
                for (const ProjectFile& file : files) writes.push_back({nullptr, &file});
                return SaveProjects(tx, writes);
              })
              .ok());
  CHECK(SystemClock().Now() - start < absl::Seconds(10));
  std::vector<Project> seen;
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                std::string after;
                for (;;) {
                  ASSIGN_OR_RETURN(
                      const std::vector<Project> page,
                      ListProjects(tx, {.scopes = {"/"}, .after_id = after, .limit = 99}));
                  if (page.empty()) return absl::OkStatus();
                  seen.insert(seen.end(), page.begin(), page.end());
                  after = page.back().project_id;
                }
              })
              .ok());
  CHECK(seen.size() == 500);
}

TEST_CASE("One live project per code; what is over frees it", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  ProjectFile first = FileWith(1, ProjectState::kCancelled);
  ProjectFile second = FileWith(2);
  ProjectFile third = FileWith(3);
  second.project.code = third.project.code = first.project.code;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, first); }).ok());
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, second); }).ok());
  CHECK(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, third); }).code() ==
        absl::StatusCode::kAborted);
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const auto taken, FindLiveCodes(tx, {first.project.code}));
                CHECK(taken.at(first.project.code) == second.project.project_id);
                return absl::OkStatus();
              })
              .ok());
}

TEST_CASE("Lists keep to the scope by whole path parts", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  const char* const kUnits[] = {"/330000/edu/", "/330000/edu/s1/", "/330000/education/",
                                "/330000/e_u/"};
  for (int i = 0; i < 4; ++i) {
    ProjectFile file = FileWith(i + 1);
    file.project.unit_path = kUnits[i];
    REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, file); }).ok());
  }
  const auto count = [&](const ProjectFilter& filter) {
    size_t found = 0;
    REQUIRE(stores
                .Write([&](pg::Tx& tx) -> absl::Status {
                  ASSIGN_OR_RETURN(const auto page, ListProjects(tx, filter));
                  found = page.size();
                  return absl::OkStatus();
                })
                .ok());
    return found;
  };
  CHECK(count({.scopes = {"/"}, .limit = 10}) == 4);
  CHECK(count({.scopes = {"/330000/edu/"}, .limit = 10}) == 2);
  CHECK(count({.scopes = {"/330000/e_u/"}, .limit = 10}) == 1);
  CHECK(count({.scopes = {"/330000/edu/", "/330000/education/"}, .limit = 10}) == 3);
  CHECK(count({.scopes = {}, .limit = 10}) == 0);
  CHECK(count({.scopes = {"/"}, .under_path = "/330000/edu/s1/", .limit = 10}) == 1);
  CHECK(count({.scopes = {"/"}, .state = ProjectState::kDraft, .limit = 10}) == 0);
  CHECK(count({.scopes = {"/"}, .code = "CODE-2", .limit = 10}) == 1);
}

TEST_CASE("A tenant sees only its own", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  const ProjectFile file = FileWith(1);
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, file); }).ok());
  REQUIRE(stores
              .Write(
                  [&](pg::Tx& tx) -> absl::Status {
                    CHECK(
                        ReasonOf(LoadProject(tx, file.project.project_id, Depth::kFile).status()) ==
                        "PROJECT_NOT_FOUND");
                    return SaveNew(tx, file);  // the same ids, in the other tenant
                  },
                  "t2")
              .ok());
}

TEST_CASE("Children are summed without those that fell out", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, FileWith(1)); }).ok());
  for (int i = 2; i <= 5; ++i) {
    ProjectFile child = FileWith(i, i == 4 ? ProjectState::kRejected : ProjectState::kExecuting);
    child.project.parent_project_id = Uuid(1);
    child.project.approved_investment_minor = 10 * i;
    if (i == 5) {  // its dates are waived
      child.project.planned_end = absl::CivilDay(2030, 1, 1);
      child.project.documents.push_back(DocumentOf(kDatesWaiver));
    }
    REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, child); }).ok());
  }
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const Children children, SumChildren(tx, Uuid(1), Uuid(2)));
                CHECK(children.count == 2);
                CHECK(children.investment_minor == 80);
                CHECK(children.last_end == absl::CivilDay(2026, 12, 31));
                return absl::OkStatus();
              })
              .ok());
}

TEST_CASE("Contracts, modifications and steps are read as written", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, FileWith(1)); }).ok());
  Contract contract = ContractWith(500, 1);
  const Modification modification{.modification_id = Uuid(600),
                                  .contract_id = Uuid(500),
                                  .delta_minor = 7,
                                  .reason = "rock",
                                  .drafted_by = "a",
                                  .payees = {{"Wages", "6223", "CCB"}, {"Builder", "6222", "ICBK"}},
                                  .new_end = kDay};
  PendingStep pending{.contract_id = Uuid(500),
                      .step_id = Uuid(700),
                      .step = {.effective_date = kDay, .reason = "why", .actor = "b"},
                      .modification_id = Uuid(600),
                      .order = {.kind = LedgerOrder::Kind::kEncumber, .amount_minor = 7},
                      .request_id = Uuid(701),
                      .request_digest = std::string("\0\1\xff", 3),
                      .method = "m",
                      .intent = "i",
                      .subject = "b",
                      .on_behalf_of = "",
                      .traceparent = "t",
                      .started_at = absl::FromUnixMicros(1'700'000'000'123'456)};
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                RETURN_IF_ERROR(InsertContract(tx, contract));
                ASSIGN_OR_RETURN(const bool made, InsertModification(tx, modification));
                CHECK(made);
                ASSIGN_OR_RETURN(const bool again, InsertModification(tx, modification));
                CHECK_FALSE(again);
                return InsertStep(tx, pending);
              })
              .ok());
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const Contract read, LockContract(tx, contract.contract_id));
                CHECK(read == contract);
                ASSIGN_OR_RETURN(const Modification m, LoadModification(tx, Uuid(600)));
                CHECK(m == modification);
                ASSIGN_OR_RETURN(const auto listed, ListModifications(tx, Uuid(500), "", 5));
                CHECK(listed == std::vector<Modification>{modification});
                ASSIGN_OR_RETURN(const auto behind, ListModifications(tx, Uuid(500), Uuid(600), 5));
                CHECK(behind.empty());
                ASSIGN_OR_RETURN(const auto step, FindStep(tx, contract.contract_id));
                REQUIRE(step.has_value());
                CHECK(step->request_digest == pending.request_digest);
                CHECK(step->order == pending.order);
                CHECK(step->step.actor == "b");
                CHECK(step->step.reason == "why");
                CHECK(step->started_at == pending.started_at);
                // The rise that is under way counts with the contract's value.
                ASSIGN_OR_RETURN(const int64_t others, OtherContractValues(tx, Uuid(1), Uuid(999)));
                CHECK(others == 500'007);
                ASSIGN_OR_RETURN(const auto busy, BeingModified(tx, {{contract.contract_id, 1}}));
                CHECK(busy.size() == 1);
                RETURN_IF_ERROR(DeleteStep(tx, pending));
                CHECK(DeleteStep(tx, pending).code() == absl::StatusCode::kAborted);
                RETURN_IF_ERROR(MarkEffective(tx, Uuid(600), "b"));
                contract.current_value_minor += 7;
                contract.version += 1;
                contract.planned_end = kDay;
                contract.payees = modification.payees;
                RETURN_IF_ERROR(ReplacePayees(tx, contract));
                RETURN_IF_ERROR(UpdateContract(tx, contract));
                CHECK(UpdateContract(tx, contract).code() == absl::StatusCode::kAborted);
                return UpdateCertified(tx, {{contract.contract_id, 42}});
              })
              .ok());
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const Contract read, LoadContract(tx, contract.contract_id));
                CHECK(read.current_value_minor == 500'007);
                CHECK(read.certified_minor == 42);
                CHECK(read.planned_end == kDay);
                CHECK(read.payees == modification.payees);
                ASSIGN_OR_RETURN(const ContractView view, ViewContracts(tx, Uuid(1)));
                CHECK(view.effective == 1);
                CHECK(view.open == 1);
                ASSIGN_OR_RETURN(const bool complete, WorkComplete(tx, contract.contract_id));
                CHECK(complete);
                ASSIGN_OR_RETURN(
                    const auto page,
                    ListContracts(tx, {.scopes = {"/330000/"}, .project_id = Uuid(1), .limit = 5}));
                CHECK(page.size() == 1);
                return absl::OkStatus();
              })
              .ok());
}

TEST_CASE("A contract number is given once", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, FileWith(1)); }).ok());
  Contract contract = ContractWith(500, 1);
  REQUIRE(stores.Write([&](pg::Tx& tx) { return InsertContract(tx, contract); }).ok());
  contract.contract_id = Uuid(501);
  CHECK(stores.Write([&](pg::Tx& tx) { return InsertContract(tx, contract); }).code() ==
        absl::StatusCode::kAborted);
}

TEST_CASE("Four eyes hold in the database too", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, FileWith(1)); }).ok());
  const Measurement measurement{.measurement_id = Uuid(300),
                                .project_id = Uuid(1),
                                .measured_on = kDay,
                                .quantities = {{Uuid(100), 5}},
                                .recorded_by = "a"};
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const bool made, InsertMeasurements(tx, {measurement}));
                CHECK(made);
                RETURN_IF_ERROR(InsertContract(tx, ContractWith(500, 1)));
                return InsertModification(tx, {.modification_id = Uuid(600),
                                               .contract_id = Uuid(500),
                                               .delta_minor = 7,
                                               .reason = "rock",
                                               .drafted_by = "a"})
                    .status();
              })
              .ok());
  Measurement certified = measurement;
  certified.state = MeasurementState::kCertified;
  CHECK_FALSE(stores.Write([&](pg::Tx& tx) { return DecideMeasurement(tx, certified, "a"); }).ok());
  CHECK_FALSE(stores.Write([&](pg::Tx& tx) { return MarkEffective(tx, Uuid(600), "a"); }).ok());
  CHECK(stores.Write([&](pg::Tx& tx) { return DecideMeasurement(tx, certified, "b"); }).ok());
  CHECK(stores.Write([&](pg::Tx& tx) { return DecideMeasurement(tx, certified, "b"); }).code() ==
        absl::StatusCode::kAborted);
}

TEST_CASE("Measurements are listed newest first", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, FileWith(1)); }).ok());
  std::vector<Measurement> all;
  for (int i = 0; i < 7; ++i) {
    all.push_back({.measurement_id = Uuid(300 + i),
                   .project_id = Uuid(1),
                   .measured_on = kDay + i / 2,
                   .quantities = {{Uuid(100), i}, {Uuid(101), i}},
                   .recorded_by = "a"});
  }
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const bool made, InsertMeasurements(tx, all));
                CHECK(made);
                ASSIGN_OR_RETURN(const Measurement one, LoadMeasurement(tx, all[3].measurement_id));
                CHECK(one == all[3]);
                MeasurementFilter filter{
                    .project_id = Uuid(1), .after_date = {}, .after_id = {}, .limit = 2};
                std::vector<absl::CivilDay> days;
                for (;;) {
                  ASSIGN_OR_RETURN(const auto page, ListMeasurements(tx, filter));
                  CHECK(page.measurements.size() <= 2);
                  for (const Measurement& m : page.measurements) {
                    CHECK(m.quantities.size() == 2);
                    days.push_back(m.measured_on);
                  }
                  if (!page.more) break;
                  filter.after_date = FormatDate(page.measurements.back().measured_on);
                  filter.after_id = page.measurements.back().measurement_id;
                }
                CHECK(days.size() == 7);
                CHECK(std::is_sorted(days.rbegin(), days.rend()));
                return absl::OkStatus();
              })
              .ok());
}

TEST_CASE("Reports taken are found by request and by project", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, FileWith(1)); }).ok());
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const std::string binary("\0\1\2\xff", 4);
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                RETURN_IF_ERROR(InsertImportItems(tx, {{Uuid(800), Uuid(1), "old"}}, now));
                return InsertImportItems(tx, {{Uuid(801), Uuid(1), binary}},
                                         now + absl::Seconds(1));
              })
              .ok());
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const auto items, FindImportItems(tx, {Uuid(800), Uuid(802)}));
                CHECK(items.size() == 1);
                RETURN_IF_ERROR(SaveLastReports(tx, {{Uuid(1), {kDay, "old"}}}));
                RETURN_IF_ERROR(SaveLastReports(tx, {{Uuid(1), {kDay + 1, binary}}}));
                ASSIGN_OR_RETURN(const auto last, LoadLastReports(tx, {Uuid(1), Uuid(2)}));
                CHECK(last.size() == 1);
                CHECK(last.at(Uuid(1)).reported_on == kDay + 1);
                CHECK(last.at(Uuid(1)).digest == binary);
                return absl::OkStatus();
              })
              .ok());
  CHECK(stores
            .Write(
                [&](pg::Tx& tx) { return InsertImportItems(tx, {{Uuid(800), Uuid(1), "x"}}, now); })
            .code() == absl::StatusCode::kAborted);
}

TEST_CASE("A page of measurements ends when it holds many quantities", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  const ProjectFile file = FileWith(1);
  REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, file); }).ok());
  std::vector<Measurement> large;
  for (int i = 0; i < 12; ++i) {
    Measurement measurement{.measurement_id = Uuid(600 + i),
                            .project_id = Uuid(1),
                            .measured_on = kDay + i,
                            .recorded_by = "a"};
    for (int item = 0; item < 2'000; ++item) measurement.quantities.push_back({Uuid(item), 1});
    large.push_back(std::move(measurement));
  }
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const bool made, InsertMeasurements(tx, large));
                CHECK(made);
                MeasurementFilter filter{
                    .project_id = Uuid(1), .after_date = {}, .after_id = {}, .limit = 1'000};
                ASSIGN_OR_RETURN(const auto first, ListMeasurements(tx, filter));
                CHECK(first.measurements.size() == kPageQuantitiesMax / 2'000);
                CHECK(first.more);
                filter.after_date = FormatDate(first.measurements.back().measured_on);
                filter.after_id = first.measurements.back().measurement_id;
                ASSIGN_OR_RETURN(const auto second, ListMeasurements(tx, filter));
                CHECK(second.measurements.size() == 2);
                CHECK_FALSE(second.more);
                return absl::OkStatus();
              })
              .ok());
}

TEST_CASE("Ancestors are found up to the root", "[projects][store]") {
  FISCUS_NEEDS_PG();
  Stores stores;
  for (int i = 1; i <= 4; ++i) {
    ProjectFile file = FileWith(i);
    if (i > 1) file.project.parent_project_id = Uuid(i - 1);
    REQUIRE(stores.Write([&](pg::Tx& tx) { return SaveNew(tx, file); }).ok());
  }
  REQUIRE(stores
              .Write([&](pg::Tx& tx) -> absl::Status {
                ASSIGN_OR_RETURN(const auto found, FindAncestors(tx, {Uuid(3), Uuid(9)}));
                CHECK(found == std::set<std::string>{Uuid(1), Uuid(2), Uuid(3)});
                return absl::OkStatus();
              })
              .ok());
}

}  // namespace fiscus::projects
