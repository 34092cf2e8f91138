// The engine on real RocksDB: the same log gives the same bytes, whatever the batches, crashes,
// lost and older disks in between.
#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "services/monitor/codec/keys.h"
#include "services/monitor/engine/engine_fixture.h"

namespace fiscus::monitor {
namespace {

namespace fs = std::filesystem;
using engine_fixture::CheckSameOutputs;
using engine_fixture::Rules;
using engine_fixture::RulesSeen;
using engine_fixture::RulesWithout;
using engine_fixture::Seen;
using engine_fixture::Story;
using engine_fixture::World;

// The same events, those of different aggregates in another order: one aggregate's stay in theirs.
std::vector<LogRecord> Interleaved(const std::vector<LogRecord>& log, uint32_t seed) {
  std::map<std::string, std::deque<LogRecord>> queues;
  for (const LogRecord& r : log) queues[r.tenant + r.aggregate].push_back(r);
  std::mt19937 random(seed);
  std::vector<LogRecord> mixed;
  while (!queues.empty()) {
    const auto next = std::next(queues.begin(), static_cast<ptrdiff_t>(random() % queues.size()));
    mixed.push_back(std::move(next->second.front()));
    next->second.pop_front();
    if (next->second.empty()) queues.erase(next);
  }
  return mixed;
}

}  // namespace

TEST_CASE("one log gives the same bytes in any batches, with and without a cache",
          "[monitor][engine][replay]") {
  World reference(Story());
  REQUIRE(reference.Run().ok());
  const std::map<std::string, int> seen = RulesSeen(reference.transport);
  for (const char* rule : {"R01", "R10", "R12", "R13", "R16", "R18", "R30"}) {
    CAPTURE(rule);
    CHECK(seen.contains(rule));
  }
  CHECK(reference.transport.outputs[1].size() > 500);
  for (const int batch : {1, 7, 64}) {
    World other(Story(), 3);
    other.options.batch_max = batch;
    other.options.projects_max =
        batch == 7 ? 1 : 20'000;  // every project comes from disk each time
    other.options.day_projects_max = batch == 64 ? 2000 : 1;
    REQUIRE(other.Run().ok());
    CheckSameOutputs(reference.transport, other.transport);
    CHECK(reference.State() == other.State());
  }
}

TEST_CASE("state read back from its bytes after every event gives what state in memory gives",
          "[monitor][engine][replay]") {
  TestLog log(9);
  log.Play(3, 60);
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    const std::vector<LogRecord> mixed = Interleaved(log.records, seed);
    World memory(mixed);
    REQUIRE(memory.Run().ok());
    World disk(mixed);
    disk.options.batch_max = 1;
    disk.options.projects_max = 0;
    REQUIRE(disk.Run().ok());
    CheckSameOutputs(memory.transport, disk.transport);
    CHECK(memory.State() == disk.State());
  }
}

TEST_CASE("crashes between any two effects lose nothing and double nothing",
          "[monitor][engine][crash]") {
  World reference(Story());
  REQUIRE(reference.Run().ok());
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    World world(Story(), seed);
    std::mt19937 random(seed);
    world.options.batch_max = static_cast<int>(1 + random() % 50);
    world.options.in_flight_max = static_cast<int>(1 + random() % 4);
    world.options.day_projects_max = static_cast<int>(1 + random() % 3);
    int left = 0;
    world.options.reach = [&left](const char* point) {
      return --left == 0 ? absl::AbortedError(point) : absl::OkStatus();
    };
    std::map<std::string, int> points;
    absl::Status status;
    int crashes = 0;
    do {
      left = crashes < 30 ? static_cast<int>(1 + random() % 120) : 0;
      status = world.Run();
      if (status.ok()) break;
      ++crashes;
      ++points[std::string(status.message())];
      world.transport.Crash();
      const auto fate = random() % 12;
      if (fate == 0) fs::remove_all(world.options.directory);  // the disk is lost
      if (fate == 1) world.transport.Compact();
    } while (crashes < 1000);
    INFO(status.ToString());
    REQUIRE(status.ok());
    CHECK(points.size() >= 5);
    CheckSameOutputs(reference.transport, world.transport);
    CHECK(reference.State() == world.State());
  }
}

TEST_CASE("a lost disk is restored from the changelog, compacted or not, without any output",
          "[monitor][engine][restore]") {
  World world(Story());
  REQUIRE(world.Run().ok());
  const auto state = world.State();
  const size_t outputs = world.transport.outputs[1].size() + world.transport.outputs[2].size();
  for (const bool compact : {false, true}) {
    if (compact) world.transport.Compact();
    fs::remove_all(world.options.directory);
    const auto worker = world.Make();
    REQUIRE(worker->Open().ok());
    CHECK(worker->View().next_offset == static_cast<int64_t>(Story().size()));
    CHECK(world.transport.outputs[1].size() + world.transport.outputs[2].size() == outputs);
  }
  CHECK(world.State() == state);
}

TEST_CASE("a disk that was rolled back is brought up by the changelog",
          "[monitor][engine][restore]") {
  World reference(Story());
  REQUIRE(reference.Run().ok());
  World world(Story(), 5);
  {
    int left = 2000;
    world.options.reach = [&left](const char*) {
      return --left == 0 ? absl::AbortedError("stop") : absl::OkStatus();
    };
    REQUIRE_FALSE(world.Run().ok());
    world.transport.AcknowledgeAll();
    world.options.reach = [](const char*) { return absl::OkStatus(); };
  }
  const std::string old = world.dir.path + "/old";
  fs::copy(world.options.directory, old, fs::copy_options::recursive);
  REQUIRE(world.Run().ok());
  fs::remove_all(world.options.directory);
  fs::rename(old, world.options.directory);
  REQUIRE(world.Run().ok());
  CheckSameOutputs(reference.transport, world.transport);
  CHECK(reference.State() == world.State());
}

TEST_CASE("a zombie's late records do not win; a changelog that lacks a record is not believed",
          "[monitor][engine][restore]") {
  World reference(Story());
  REQUIRE(reference.Run().ok());
  World world(Story());
  REQUIRE(world.Run().ok());
  const auto state = world.State();
  // The first record of some key once more at the end, as a process that slept would write it.
  std::map<std::string, std::string> first;
  for (const auto& [key, value] : world.transport.changelog) first.emplace(key, value);
  const auto zombie = *first.find(RecordKey("north", TestLog::Id(0), RecordKind::kCore));
  world.transport.changelog.push_back(zombie);
  fs::remove_all(world.options.directory);
  REQUIRE(world.Run().ok());
  CHECK(world.State() == state);
  // Compaction keeps the zombie's record and drops the true one: the digest shows it and the log is
  // read anew.
  world.transport.Compact();
  world.transport.changelog.push_back(zombie);
  world.transport.Compact();
  fs::remove_all(world.options.directory);
  REQUIRE(world.Run().ok());
  CHECK(world.State() == state);
  CheckSameOutputs(reference.transport, world.transport);
}

TEST_CASE("a disk lost in the middle of a day's end is restored, not rebuilt",
          "[monitor][engine][restore]") {
  TestLog log(3);
  log.Play(6, 1);
  World reference(log.records);
  REQUIRE(reference.Run().ok());
  for (int markers = 1; markers <= 4; ++markers) {
    CAPTURE(markers);
    World world(log.records);
    world.options.batch_max = static_cast<int>(log.records.size());
    world.options.day_projects_max = 1;
    int left = markers;
    world.options.reach = [&left](const char* point) {
      const bool marking = std::string_view(point) == "monitor.before_marker";
      if (marking && --left < 0) return absl::AbortedError("lost");
      return absl::OkStatus();
    };
    // Some chunks are marked; those behind them are in the changelog without a marker.
    REQUIRE(world.Run().code() == absl::StatusCode::kAborted);
    world.transport.AcknowledgeAll();
    fs::remove_all(world.options.directory);
    world.options.reach = [](const char*) { return absl::OkStatus(); };
    {
      const auto worker = world.Make();
      REQUIRE(worker->Open().ok());
      CHECK(worker->View().next_offset > 0);
    }
    REQUIRE(world.Run().ok());
    CheckSameOutputs(reference.transport, world.transport);
    CHECK(reference.State() == world.State());
  }
}

TEST_CASE("state that was rebuilt is restored from its own records, not from those before it",
          "[monitor][engine][restore]") {
  World world(Story());
  const RuleSet fewer = RulesWithout("R12");
  world.rules = &fewer;
  REQUIRE(world.Run().ok());
  // The last marker's state cannot be had: the log is read anew, under the rules of today.
  std::erase_if(world.transport.changelog,
                [](const auto& record) { return record.first == TenantKey("north"); });
  fs::remove_all(world.options.directory);
  world.rules = &Rules();
  world.options.batch_max = 7;
  REQUIRE(world.Run().ok());
  const auto state = world.State();
  fs::remove_all(world.options.directory);
  {
    const auto worker = world.Make();
    REQUIRE(worker->Open().ok());
    CHECK(worker->View().next_offset == static_cast<int64_t>(Story().size()));
  }
  CHECK(world.State() == state);
}

TEST_CASE("a changelog that was lost is written anew", "[monitor][engine][restore]") {
  World world(Story());
  REQUIRE(world.Run().ok());
  const auto state = world.State();
  world.transport.changelog.clear();
  REQUIRE(world.Run().ok());
  fs::remove_all(world.options.directory);
  const auto worker = world.Make();
  REQUIRE(worker->Open().ok());
  CHECK(worker->View().next_offset == static_cast<int64_t>(Story().size()));
}

TEST_CASE("a worker that waits for acknowledgements ends when it is told to",
          "[monitor][engine][stop]") {
  World world(Story());
  world.transport.silent = true;
  world.options.batch_max = 1;
  world.options.in_flight_max = 2;
  std::atomic<bool> waits = false;
  std::atomic<int> told = 0;  // looks at the point after the stop
  std::atomic<bool> stopped = false;
  world.options.reach = [&](const char* point) {
    if (std::string_view(point) != "monitor.waiting") return absl::OkStatus();
    waits = true;
    waits.notify_all();
    if (stopped && ++told > 1'000'000) return absl::AbortedError("it would wait for ever");
    return absl::OkStatus();
  };
  const auto worker = world.Make();
  std::jthread thread([&](const std::stop_token& stop) { worker->Run(stop); });
  waits.wait(false);
  stopped = true;
  thread.request_stop();
  thread.join();
  CHECK(told <= 1'000'000);
  CHECK_FALSE(worker->Settled());
}

TEST_CASE("a record that cannot be read halts the partition; an operator may pass it over",
          "[monitor][engine][poison]") {
  TestLog log(1);
  log.Begin(0);
  const size_t poisoned = 1;
  log.records[poisoned].value = "\xff\xff not a message";
  World world(log.records);
  const auto worker = world.Make();
  REQUIRE(world.Run(*worker).ok());
  CHECK_THAT(worker->View().halted, Catch::Contains("poison: offset 1") &&
                                        Catch::Contains("fiscus.budget.v1.EntryPosted"));
  CHECK(worker->View().next_offset == 1);
  REQUIRE(worker->Turn().ok());
  CHECK(worker->View().next_offset == 1);

  World passed(log.records);
  passed.options.overrides = {{static_cast<int64_t>(poisoned), Decision::kSkip}};
  const auto other = passed.Make();
  REQUIRE(passed.Run(*other).ok());
  CHECK(other->View().halted.empty());
  CHECK(other->View().next_offset == static_cast<int64_t>(log.records.size()));
}

TEST_CASE("an event of ours without tenant, sequence or ids is poison; foreign records are not",
          "[monitor][engine][poison]") {
  const auto halted = [](const std::function<void(LogRecord&)>& change) {
    TestLog log(1);
    log.Begin(0);
    change(log.records.front());
    World world(log.records);
    const auto worker = world.Make();
    REQUIRE(world.Run(*worker).ok());
    return worker->View().halted;
  };
  CHECK_THAT(halted([](LogRecord& r) { r.tenant.clear(); }), Catch::Contains("ce_tenantid"));
  CHECK_THAT(halted([](LogRecord& r) { r.sequence = 0; }), Catch::Contains("ce_sequence"));
  CHECK_THAT(halted([](LogRecord& r) { r.value.clear(); }), Catch::Contains("id is missing"));
  CHECK_THAT(halted([](LogRecord& r) {
               r.value = projects::v1::ProjectStateChanged().SerializeAsString();
             }),
             Catch::Contains("id is missing"));
  TestLog log(1);
  log.Begin(0);
  LogRecord foreign{"k", "someone.else.v1.Thing", "north", "things/1", "", "", "\xff", 9};
  log.records.insert(log.records.begin(), foreign);
  log.records.insert(log.records.begin(), LogRecord{});
  World world(log.records);
  const auto worker = world.Make();
  REQUIRE(world.Run(*worker).ok());
  CHECK(worker->View().halted.empty());
}

TEST_CASE("a log that no longer holds the next offset is refused, on opening and while reading",
          "[monitor][engine][truncated]") {
  World world(Story());
  world.transport.input_first = 10;  // nothing read yet, the beginning is gone
  const auto worker = world.Make();
  REQUIRE(worker->Open().ok());
  CHECK_THAT(worker->View().halted, Catch::Contains("truncated"));
  REQUIRE(worker->Turn().ok());
  CHECK(world.transport.outputs[1].empty());

  World other(Story());
  other.options.batch_max = 5;
  const auto reading = other.Make();
  REQUIRE(reading->Open().ok());
  REQUIRE(reading->Turn().ok());
  other.transport.input_first = 100;
  REQUIRE(reading->Turn().ok());
  CHECK_THAT(reading->View().halted, Catch::Contains("truncated"));
  CHECK(reading->View().next_offset == 5);

  World shorter(Story());
  REQUIRE(shorter.Run().ok());
  const std::vector<LogRecord> empty;
  World recreated(empty);  // the topic was made anew
  fs::copy(shorter.options.directory, recreated.options.directory, fs::copy_options::recursive);
  const auto refused = recreated.Make();
  REQUIRE(refused->Open().ok());
  CHECK_THAT(refused->View().halted, Catch::Contains("truncated"));
}

TEST_CASE("equal ids of two tenants are two projects", "[monitor][engine][tenants]") {
  TestLog log(1);
  log.Begin(0);
  std::vector<LogRecord> both = log.records;
  for (LogRecord record : log.records) {
    record.tenant = "elsewhere";
    both.push_back(record);
  }
  World world(both);
  const auto worker = world.Make();
  REQUIRE(world.Run(*worker).ok());
  TotalRows north, elsewhere, none;
  worker->totals().Collect("north", north);
  worker->totals().Collect("elsewhere", elsewhere);
  worker->totals().Collect("nobody", none);
  REQUIRE(north.size() == 1);
  REQUIRE(elsewhere.size() == 1);
  CHECK(none.empty());
  CHECK(north.begin()->second.amounts.authorised == 600'000);
  CHECK(north.begin()->second.projects == 1);
  const auto seen = Seen(world.transport.outputs[1]);
  CHECK(seen.size() == 2);
  std::map<std::string, int> ids;
  for (const Output& output : world.transport.outputs[1]) ++ids[output.id];
  for (const auto& [id, count] : ids) CHECK(count == 1);
}

TEST_CASE("totals follow the ledger and survive a restart", "[monitor][engine][totals]") {
  World world(Story());
  TotalRows live, reopened;
  {
    const auto worker = world.Make();
    REQUIRE(world.Run(*worker).ok());
    worker->totals().Collect("north", live);
  }
  const auto worker = world.Make();
  REQUIRE(worker->Open().ok());
  worker->totals().Collect("north", reopened);
  REQUIRE(live.size() == reopened.size());
  int64_t paid = 0;
  for (const auto& [key, row] : live) {
    CHECK(reopened[key].amounts == row.amounts);
    CHECK(reopened[key].projects == row.projects);
    CHECK(row.amounts.paid == row.amounts.cleared);
    paid += row.amounts.paid;
  }
  CHECK(paid > 0);
}

TEST_CASE("warnings of one event differ in fingerprint; severities change, or it happened again",
          "[monitor][engine][warnings]") {
  World world(Story());
  REQUIRE(world.Run().ok());
  std::map<std::string, v1::Severity> open;
  std::map<std::pair<std::string, std::string>, int> per_event;
  int repeats = 0;
  for (const Output& output : world.transport.outputs[2]) {
    v1::WarningChanged event;
    REQUIRE(event.ParseFromString(output.value));
    const v1::Warning& warning = event.warning();
    CHECK(++per_event[{warning.caused_by(), warning.fingerprint()}] == 1);
    CHECK(warning.previous() == open[warning.fingerprint()]);
    const bool again = warning.severity() == warning.previous();
    CHECK((!again || warning.rule_id() == "R01"));
    repeats += again ? 1 : 0;
    CHECK(warning.facts_size() > 0);
    CHECK_FALSE(warning.message().empty());
    open[warning.fingerprint()] = warning.severity();
  }
  CHECK(repeats > 0);
}

}  // namespace fiscus::monitor
