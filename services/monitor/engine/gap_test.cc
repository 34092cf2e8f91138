// Missing events: the partition halts at them, finds them wherever they lie, and goes on.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "services/monitor/engine/engine_fixture.h"

namespace fiscus::monitor {
namespace {

namespace fs = std::filesystem;
using engine_fixture::CheckSameOutputs;
using engine_fixture::Story;
using engine_fixture::World;

}  // namespace

TEST_CASE("a gap halts the partition until the missing event comes", "[monitor][engine][gap]") {
  std::vector<LogRecord> log = Story();
  World reference(log);
  REQUIRE(reference.Run().ok());
  // Take away an entry whose successor of the same line is the next record of its project.
  const auto lost = std::find_if(log.begin() + 100, log.end(), [](const LogRecord& r) {
    return r.type == "fiscus.budget.v1.EntryPosted";
  });
  const LogRecord record = *lost;
  const auto place = lost - log.begin();
  std::erase_if(log, [&](const LogRecord& r) {
    return r.tenant == record.tenant && r.aggregate == record.aggregate &&
           r.sequence == record.sequence;
  });
  World world(log);
  auto worker = world.Make();
  REQUIRE(world.Run(*worker).ok());
  CHECK_THAT(worker->View().halted,
             Catch::Contains("gap") && Catch::Contains(record.aggregate) &&
                 Catch::Contains("event " + std::to_string(record.sequence) + " is missing"));
  CHECK(worker->View().next_offset >= place);
  const size_t outputs = world.transport.outputs[1].size();
  log.push_back(record);
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(worker->Turn().ok());
    world.transport.AcknowledgeAll();
  }
  CHECK(worker->View().halted.empty());
  CHECK(worker->View().next_offset == static_cast<int64_t>(log.size()));
  CHECK(world.transport.outputs[1].size() > outputs);
  // A replay of that log, from nothing, gives the same.
  World replay(log);
  REQUIRE(replay.Run().ok());
  CheckSameOutputs(world.transport, replay.transport);
  worker.reset();
  CHECK(world.State() == replay.State());
}

TEST_CASE("a day's end that is missing is found further on, also after a crash in it",
          "[monitor][engine][gap]") {
  TestLog made(4);
  made.Play(6, 4);
  std::vector<LogRecord> log = made.records;
  const auto lost = std::find_if(log.begin() + static_cast<ptrdiff_t>(log.size() / 2), log.end(),
                                 [](const LogRecord& r) { return r.key.empty(); });
  const LogRecord day = *lost;
  log.erase(lost);
  log.push_back(day);
  // Turns to the end of the log; `on_halt` is called while the day is looked for.
  const auto play = [&](World& world, const std::function<void()>& on_halt) {
    const auto worker = world.Make();
    absl::Status status = worker->Open();
    const auto end = static_cast<int64_t>(log.size());
    for (int turns = 0; status.ok() && turns < 2000; ++turns) {
      if (!worker->View().halted.empty()) on_halt();
      status = worker->Turn();
      world.transport.AwaitAcks(absl::ZeroDuration());
      if (worker->View().next_offset == end && worker->Settled()) return status;
    }
    return status.ok() ? absl::InternalError("the worker does not come to an end") : status;
  };
  World reference(log);
  REQUIRE(play(reference, [] {}).ok());
  int crashes = 0;
  for (int effects = 1; effects <= 61; effects += 5) {
    CAPTURE(effects);
    World world(log, static_cast<uint32_t>(effects));
    world.options.day_projects_max = 1;
    bool armed = false;
    int left = effects;
    world.options.reach = [&](const char* point) {
      return armed && --left == 0 ? absl::AbortedError(point) : absl::OkStatus();
    };
    crashes += play(world, [&] { armed = true; }).ok() ? 0 : 1;
    world.transport.Crash();
    if (effects % 2 == 0) fs::remove_all(world.options.directory);
    world.options.reach = [](const char*) { return absl::OkStatus(); };
    REQUIRE(play(world, [] {}).ok());
    CheckSameOutputs(reference.transport, world.transport);
    CHECK(reference.State() == world.State());
  }
  CHECK(crashes > 5);
}

TEST_CASE("missing events are found in any order, however far they lie", "[monitor][engine][gap]") {
  TestLog made(5);
  made.Begin(0);
  std::vector<LogRecord> log = made.records;
  const std::string project = "projects/" + TestLog::Id(0);
  std::vector<LogRecord> missing;
  std::erase_if(log, [&](const LogRecord& r) {
    if (r.aggregate != project || r.sequence > 2) return false;
    missing.push_back(r);
    return true;
  });
  REQUIRE(missing.size() == 2);
  for (int i = 0; i < 100'100; ++i) {
    log.push_back({"k", "someone.else.v1.Thing", "north", "things/1", "", "", "", i + 1});
  }
  log.push_back(missing[1]);
  log.push_back(missing[0]);
  World world(log);
  const auto worker = world.Make();
  REQUIRE(worker->Open().ok());
  for (int i = 0; i < 1000 && worker->View().next_offset < static_cast<int64_t>(log.size()); ++i) {
    REQUIRE(worker->Turn().ok());
    world.transport.AcknowledgeAll();
  }
  CHECK(worker->View().halted.empty());
  CHECK(worker->View().next_offset == static_cast<int64_t>(log.size()));
  CHECK(world.transport.outputs[1].size() > 2);
}

TEST_CASE("a missing event that cannot be read is shown as such, and an operator may pass it over",
          "[monitor][engine][gap][poison]") {
  TestLog made(5);
  made.Begin(0);
  std::vector<LogRecord> log = made.records;
  LogRecord first = log.front();
  log.erase(log.begin());
  first.value = "\xff\xff not a message";
  log.push_back(first);
  const auto offset = static_cast<int64_t>(log.size() - 1);
  World world(log);
  const auto worker = world.Make();
  REQUIRE(worker->Open().ok());
  for (int i = 0; i < 10; ++i) REQUIRE(worker->Turn().ok());
  CHECK_THAT(worker->View().halted, Catch::Contains("poison: offset " + std::to_string(offset)));
  World passed(log);
  passed.options.overrides = {{offset, Decision::kSkip}};
  const auto other = passed.Make();
  REQUIRE(other->Open().ok());
  for (int i = 0; i < 10; ++i) {
    REQUIRE(other->Turn().ok());
    passed.transport.AcknowledgeAll();
  }
  CHECK(other->View().halted.empty());
  CHECK(other->View().next_offset == static_cast<int64_t>(log.size()));
}

TEST_CASE("a gap that an operator accepts is passed", "[monitor][engine][gap]") {
  TestLog log(1);
  log.Begin(0);
  log.records.erase(log.records.begin());  // the project's first event
  World world(log.records);
  const auto worker = world.Make();
  REQUIRE(world.Run(*worker).ok());
  CHECK_THAT(worker->View().halted, Catch::Contains("gap"));
  const int64_t at = worker->View().next_offset;
  World accepted(log.records);
  accepted.options.overrides = {{at, Decision::kAcceptGap}};
  REQUIRE(accepted.Run().ok());
  CHECK(accepted.transport.outputs[1].size() > 2);
}

TEST_CASE("an event of a new kind counts in its aggregate, so that the next one is no gap",
          "[monitor][engine][gap]") {
  TestLog log(1);
  log.Begin(0);
  LogRecord fresh{TestLog::Id(0),
                  "fiscus.projects.v1.SomethingNew",
                  "north",
                  "projects/" + TestLog::Id(0),
                  "",
                  "",
                  "",
                  0};
  for (const LogRecord& r : log.records) {
    if (r.aggregate == fresh.aggregate) fresh.sequence = r.sequence + 1;
  }
  log.records.push_back(fresh);
  projects::v1::ProjectStateChanged next;
  next.mutable_project()->set_project_id(TestLog::Id(0));
  log.records.push_back({TestLog::Id(0), next.GetTypeName(), "north", fresh.aggregate, "e", "t",
                         next.SerializeAsString(), fresh.sequence + 1});
  World world(log.records);
  const auto worker = world.Make();
  REQUIRE(world.Run(*worker).ok());
  CHECK(worker->View().halted.empty());
}

}  // namespace fiscus::monitor
