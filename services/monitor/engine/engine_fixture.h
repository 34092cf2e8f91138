// A partition's worker on real RocksDB and a Kafka in memory, for tests: its life over one log,
// what its readers see, and a story that most tests play.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "fiscus/monitor/v1/events.pb.h"
#include "libs/core/status.h"
#include "services/monitor/engine/memory_transport.h"
#include "services/monitor/engine/partition_worker.h"
#include "services/monitor/engine/test_log.h"

namespace fiscus::monitor::engine_fixture {

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

// The rules of the product, all but one.
inline RuleSet RulesWithout(const std::string& left_out) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator("services/monitor/rules")) {
    if (entry.path().stem() == left_out) continue;
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    files.push_back(text.str());
  }
  return *MakeRuleSet(files);
}

inline const RuleSet& Rules() {
  static const RuleSet rules = RulesWithout("");
  return rules;
}

inline const StoreMemory& Memory() {
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
    return std::make_unique<PartitionWorker>(0, *rules, Memory(), options, transport);
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
  const RuleSet* rules = &Rules();
};

// What a reader sees who drops repeats: aggregates in order without gaps, and every repeat equal to
// the first.
inline std::map<std::pair<std::string, std::string>, std::vector<Output>> Seen(
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

inline void CheckSameOutputs(const MemoryTransport& a, const MemoryTransport& b) {
  for (const int topic : {1, 2}) CHECK(Seen(a.outputs[topic]) == Seen(b.outputs[topic]));
}

inline const std::vector<LogRecord>& Story() {
  static const std::vector<LogRecord> story = [] {
    TestLog log(7);
    log.Play(6, 120);
    log.Repeat(10);
    return log.records;
  }();
  return story;
}

inline std::map<std::string, int> RulesSeen(const MemoryTransport& transport) {
  std::map<std::string, int> seen;
  for (const Output& output : transport.outputs[2]) {
    v1::WarningChanged event;
    REQUIRE(event.ParseFromString(output.value));
    ++seen[event.warning().rule_id()];
  }
  return seen;
}

}  // namespace fiscus::monitor::engine_fixture
