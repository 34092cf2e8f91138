// Many callers at once: sums of parents and projects are never exceeded, and what is made is made
// once.
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "fiscus/projects/v1/projects_service.handlers.h"
#include "services/projects/testing/world.h"

namespace fiscus::projects {
namespace {

using namespace testing;  // NOLINT: the test's own vocabulary

constexpr int kProject = 1;
constexpr int kCallers = 8;

// Runs `deed(n)` on one thread per caller; the number of true answers.
int Together(const std::function<bool(int)>& deed) {
  std::atomic<int> done{0};
  std::vector<std::jthread> threads;
  for (int n = 0; n < kCallers; ++n) {
    threads.emplace_back([&, n] { done += deed(n) ? 1 : 0; });
  }
  threads.clear();
  return done;
}

}  // namespace

TEST_CASE("Sub-projects made at once stay within their parent", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const int made = Together([&](int n) {
    v1::CreateProjectRequest request = world.NewProject(10 + n);
    request.mutable_project()->set_parent_project_id(Uuid(kProject));
    request.mutable_project()->set_approved_investment(300'000);
    return CreateProject(world.deps(), world.CallBy(kOperator), request).ok();
  });
  CHECK(made == 3);
}

TEST_CASE("Contracts made at once stay within the approved investment", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const int made = Together([&](int n) {
    const auto request = world.NewContract(500 + n, kProject, 300'000);
    return CreateContract(world.deps(), world.CallBy(kOperator), request).ok();
  });
  CHECK(made == 3);
}

TEST_CASE("A project that is made at once by many is made once", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = world.CallBy(kOperator);
  const bool same_request = GENERATE(true, false);
  const int made = Together([&](int) {
    return CreateProject(world.deps(), same_request ? call : world.CallBy(kOperator),
                         world.NewProject(kProject))
        .ok();
  });
  CHECK(made == kCallers);
  CHECK(world.Events("") == 1);
}

TEST_CASE("A code that is claimed at once by many goes to one", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const int made = Together([&](int n) {
    v1::CreateProjectRequest request = world.NewProject(10 + n);
    request.mutable_project()->set_code("ONE");
    return CreateProject(world.deps(), world.CallBy(kOperator), request).ok();
  });
  CHECK(made == 1);
}

TEST_CASE("A life-cycle step that is taken at once by many is taken once", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const int done =
      Together([&](int) { return world.Do(kProject, v1::PROJECT_COMMAND_DECLARE).ok(); });
  CHECK(done == 1);
  CHECK(world.Events("") == 2);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("The same reports sent at once are taken once", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::BatchImportProjectsRequest request;
  for (int n = 10; n < 30; ++n) {
    v1::ImportedProject& imported = *request.add_projects();
    imported.set_request_id(Uuid(1'000 + n));
    *imported.mutable_project() = world.NewProject(n).project();
    imported.mutable_project()->set_state(v1::PROJECT_STATE_EXECUTING);
    imported.set_reported_on(kDate);
  }
  const int done = Together([&](int) {
    const auto response = BatchImportProjects(world.deps(), world.CallBy(kOperator), request);
    return response.ok() && response->results(0).status().code() == 0;
  });
  CHECK(done == kCallers);
  CHECK(world.Events("fiscus.projects.v1.ProjectStateChanged") == 20);
  CHECK(world.SequencesGapFree());
}

}  // namespace fiscus::projects
