// A projects service for tests: handlers on a real PostgreSQL and a ledger in memory, driven as a
// unit, a department and finance would. Ids are fixed by number, so that a test reads like a story.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/runtime/call.h"
#include "libs/testing/test_database.h"
#include "services/projects/deps.h"
#include "services/projects/testing/fake_ledger.h"

namespace fiscus::projects::testing {

inline constexpr char kUnit[] = "/330000/edu/";
inline constexpr char kDate[] = "2026-03-02";
// Users: the unit's operator, another person of the unit, a department's reviewer.
inline constexpr char kOperator[] = "00000000-0000-7000-8000-0000000000a1";
inline constexpr char kColleague[] = "00000000-0000-7000-8000-0000000000a2";
inline constexpr char kReviewer[] = "00000000-0000-7000-8000-0000000000a3";

// "00000000-0000-7000-8000-000000000007" for 7.
std::string Uuid(int number);
std::string ReasonOf(const absl::Status& status);
std::string FigureOf(const absl::Status& status, const std::string& name);
v1::DocumentRef DocumentOf(const std::string& kind);

class World {
 public:
  World();

  const Deps& deps() const { return deps_; }
  FakeLedger& ledger() { return ledger_; }
  pg::Database& database() { return database_.database(); }
  fiscus::testing::TestDatabase& test_database() { return database_; }

  // A call by a person who may do everything at `scope`.
  Call CallBy(const std::string& user, const std::string& scope = "/",
              const std::string& tenant = "t1") const;

  // Requests that lack nothing.
  v1::CreateProjectRequest NewProject(int number) const;
  v1::CreateContractRequest NewContract(int number, int project, int64_t value) const;
  v1::SetBaselineRequest NewBaseline(int project, int contract) const;
  v1::ProjectCommandRequest Command(int project, v1::ProjectCommand command) const;

  absl::StatusOr<v1::Project> Create(int number);
  // Any command, by its RPC.
  absl::StatusOr<v1::Project> Do(int project, v1::ProjectCommand command,
                                 const std::string& user = kReviewer);
  absl::StatusOr<v1::Contract> DoContract(int contract, v1::ContractCommand command,
                                          const std::string& user = kOperator,
                                          int64_t settlement = 0);
  // Measures all work items of a project at a share of the whole, and certifies.
  absl::StatusOr<v1::Measurement> Measure(int number, int project, int64_t share_milli);
  // Runs the timers that are due `later` from now.
  int RunTimers(absl::Duration later);

  v1::Project Project(int number);
  v1::Contract Contract(int number);
  // Steps taken on the straight way until the project is in `state`.
  void Advance(int project, v1::ProjectState state);
  // A project with baseline and effective contract of 500,000, as far as FUNDED.
  void MakeFunded(int project, int contract);
  void MakeExecuting(int project, int contract);

  int64_t Events(const std::string& type);
  bool SequencesGapFree();
  int64_t Timers();

 private:
  fiscus::testing::TestDatabase database_;
  FakeLedger ledger_;
  Deps deps_;
};

}  // namespace fiscus::projects::testing
