// The engine on real RocksDB: the same log gives the same bytes, whatever the batches, crashes,
// lost and older disks in between.
#include <catch2/catch.hpp>

#include <unistd.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "fiscus/monitor/v1/events.pb.h"
#include "libs/core/status.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/engine/changelog.h"
#include "services/monitor/engine/memory_transport.h"
#include "services/monitor/engine/partition_worker.h"
#include "services/monitor/engine/test_log.h"

namespace fiscus::monitor {
namespace {

namespace fs = std::filesystem;

// A directory that goes with the test.
struct TempDir {
  TempDir() {
    char name[] = "/tmp/fiscus-monitor-test-XXXXXX";
    path = mkdtemp(name);
  }
  ~TempDir() { fs::remove_all(path); }
  std::string path;
};

const RuleSet& Rules() {
  static const RuleSet rules = [] {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator("services/monitor/rules")) {
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      files.push_back(text.str());
    }
    return *MakeRuleSet(files);
  }();
  return rules;
}

const StoreMemory& Memory() {
  static const StoreMemory memory = MakeStoreMemory(8 << 20, 16 << 20);
  return memory;
}

// A worker's life on one transport and directory.
struct World {
  explicit World(const std::vector<LogRecord>& log, uint32_t seed = 1)
      : log(log), transport(log, seed) {
    options.directory = dir.path + "/p0";
    options.idle_wait = absl::ZeroDuration();
  }
  std::unique_ptr<PartitionWorker> Make() {
    return std::make_unique<PartitionWorker>(0, Rules(), Memory(), options, transport);
  }
  // Opens a worker and turns until all is read and acknowledged. The first error ends it.
  absl::Status Run(PartitionWorker& worker) {
    RETURN_IF_ERROR(worker.Open());
    for (int turns = 0; turns < 100'000; ++turns) {
      RETURN_IF_ERROR(worker.Turn());
      if (turns % 3 == 0) transport.AwaitAcks(absl::ZeroDuration());
      const bool read = worker.View().next_offset == static_cast<int64_t>(log.size());
      if (read || !worker.View().halted.empty()) transport.AcknowledgeAll();
      if ((read || !worker.View().halted.empty()) && worker.Settled()) return absl::OkStatus();
    }
    return absl::InternalError("the worker does not come to an end");
  }
  absl::Status Run() {
    const auto worker = Make();
    return Run(*worker);
  }
  // All state records.
  std::map<std::string, std::string> State() const {
    std::map<std::string, std::string> state;
    const auto store = PartitionStore::Open(options.directory, Memory());
    REQUIRE(store.ok());
    for (const char* space : {"P", "T", "Y"}) {
      REQUIRE((*store)
                  ->Scan(space, {},
                         [&](std::string_view key, std::string_view value) {
                           state.emplace(key, value);
                           return true;
                         })
                  .ok());
    }
    return state;
  }

  const std::vector<LogRecord>& log;
  TempDir dir;
  MemoryTransport transport;
  WorkerOptions options;
};

// What a reader sees who drops repeats: aggregates in order without gaps, and every repeat equal to
// the first.
std::map<std::pair<std::string, std::string>, std::vector<Output>> Seen(
    const std::vector<Output>& topic) {
  std::map<std::pair<std::string, std::string>, std::vector<Output>> seen;
  for (const Output& output : topic) {
    std::vector<Output>& list = seen[{output.tenant, output.aggregate}];
    const auto place = static_cast<size_t>(output.sequence - 1);
    REQUIRE(place <= list.size());
    if (place < list.size()) {
      REQUIRE(list[place] == output);
    } else {
      list.push_back(output);
    }
  }
  return seen;
}

void CheckSameOutputs(const MemoryTransport& a, const MemoryTransport& b) {
  for (const int topic : {1, 2}) CHECK(Seen(a.outputs[topic]) == Seen(b.outputs[topic]));
}

const std::vector<LogRecord>& Story() {
  static const std::vector<LogRecord> story = [] {
    TestLog log(7);
    log.Play(6, 120);
    log.Repeat(10);
    return log.records;
  }();
  return story;
}

std::map<std::string, int> RulesSeen(const MemoryTransport& transport) {
  std::map<std::string, int> seen;
  for (const Output& output : transport.outputs[2]) {
    v1::WarningChanged event;
    REQUIRE(event.ParseFromString(output.value));
    ++seen[event.warning().rule_id()];
  }
  return seen;
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

TEST_CASE("state read back from its bytes after every event gives what state in memory gives",
          "[monitor][engine][replay]") {
  TestLog log(9);
  log.Play(3, 60);
  for (uint32_t seed = 1; seed <= 8; ++seed) {
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

TEST_CASE("warnings of one event differ in fingerprint, and transitions alternate",
          "[monitor][engine][warnings]") {
  World world(Story());
  REQUIRE(world.Run().ok());
  std::map<std::string, v1::Severity> open;
  std::map<std::pair<std::string, std::string>, int> per_event;
  for (const Output& output : world.transport.outputs[2]) {
    v1::WarningChanged event;
    REQUIRE(event.ParseFromString(output.value));
    const v1::Warning& warning = event.warning();
    CHECK(++per_event[{warning.caused_by(), warning.fingerprint()}] == 1);
    CHECK(warning.previous() == open[warning.fingerprint()]);
    CHECK(warning.severity() != warning.previous());
    CHECK(warning.facts_size() > 0);
    CHECK_FALSE(warning.message().empty());
    open[warning.fingerprint()] = warning.severity();
  }
}

}  // namespace fiscus::monitor
