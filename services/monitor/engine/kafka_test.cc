// The whole engine on a real Kafka: the outputs equal those of the same log folded in memory, disks
// may be lost, and instances share the partitions. Needs FISCUS_TEST_KAFKA (bootstrap servers);
// skipped without.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "services/monitor/engine/engine.h"
#include "services/monitor/engine/kafka_fixture.h"
#include "services/monitor/engine/kafka_transport.h"
#include "services/monitor/engine/memory_transport.h"
#include "services/monitor/engine/test_log.h"

namespace fiscus::monitor {
namespace {

using kafka_fixture::Eventually;
using kafka_fixture::kPartitions;
using kafka_fixture::OptionsIn;
using kafka_fixture::Rules;
using kafka_fixture::Settled;
using kafka_fixture::TempDir;
using kafka_fixture::Topics;

using Seen =
    std::map<std::pair<std::string, std::string>, std::vector<std::pair<std::string, std::string>>>;

// What a reader sees who drops repeats: per aggregate the ids and bytes, in order.
Seen SeenIn(const std::vector<std::vector<LogRecord>>& partitions) {
  Seen seen;
  for (const auto& partition : partitions) {
    for (const LogRecord& r : partition) {
      auto& list = seen[{r.tenant, r.aggregate}];
      const auto place = static_cast<size_t>(r.sequence - 1);
      REQUIRE(place <= list.size());
      if (place < list.size()) {
        REQUIRE(list[place] == std::pair(r.id, r.value));
      } else {
        list.emplace_back(r.id, r.value);
      }
    }
  }
  return seen;
}

// The same partitions folded in memory.
void Expected(const std::vector<std::vector<LogRecord>>& facts, Seen& indicators, Seen& warnings) {
  const StoreMemory memory = MakeStoreMemory(1 << 20, 8 << 20);
  for (const std::vector<LogRecord>& partition : facts) {
    const TempDir dir;
    MemoryTransport transport(partition, 1);
    WorkerOptions options;
    options.directory = dir.path + "/p";
    PartitionWorker worker(0, Rules(), memory, options, transport);
    REQUIRE(worker.Open().ok());
    while (worker.View().next_offset < static_cast<int64_t>(partition.size())) {
      REQUIRE(worker.Turn().ok());
      transport.AcknowledgeAll();
    }
    for (const int topic : {1, 2}) {
      Seen& seen = topic == 1 ? indicators : warnings;
      for (const Output& o : transport.outputs[topic])
        seen[{o.tenant, o.aggregate}].emplace_back(o.id, o.value);
    }
  }
}

void CheckOutputs(Topics& topics) {
  Seen indicators, warnings;
  Expected(topics.Read(topics.kafka().facts_topic()), indicators, warnings);
  CHECK(SeenIn(topics.Read(topics.kafka().indicators_topic())) == indicators);
  CHECK(SeenIn(topics.Read(topics.kafka().warnings_topic())) == warnings);
  CHECK(warnings.size() > 3);
}

}  // namespace

TEST_CASE("on a real Kafka the outputs are those of the same log in memory; a lost disk comes back",
          "[monitor][kafka]") {
  NEEDS_KAFKA();
  Topics topics;
  TestLog log(11);
  log.Play(9, 60);
  topics.Produce(log.records);
  const TempDir dir;
  {
    Engine engine(Rules(), topics.kafka(), OptionsIn(dir.path, topics));
    REQUIRE(engine.Start().ok());
    REQUIRE(Eventually([&] { return Settled({&engine}); }));
    CHECK(engine.HoldsAll());
    CheckOutputs(topics);
  }
  const auto before = topics.Read(topics.kafka().indicators_topic());
  const auto name = [&] {
    std::ifstream file(dir.path + "/instance");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string name_before = name();
  std::filesystem::remove_all(dir.path);
  {
    Engine engine(Rules(), topics.kafka(), OptionsIn(dir.path, topics));
    REQUIRE(engine.Start().ok());
    CHECK(name() == name_before);  // so the group does not wait for an instance that is gone
    REQUIRE(Eventually([&] { return Settled({&engine}); }));
    const auto after = topics.Read(topics.kafka().indicators_topic());
    for (int p = 0; p < kPartitions; ++p)
      CHECK(after[static_cast<size_t>(p)].size() == before[static_cast<size_t>(p)].size());
    // And it goes on.
    log.SetDate("2026-05-01");
    const size_t from = log.records.size();
    for (const char* tenant : {"north", "south"}) log.CloseDay(tenant);
    topics.Produce({log.records.begin() + static_cast<ptrdiff_t>(from), log.records.end()});
    REQUIRE(Eventually([&] { return Settled({&engine}); }));
    CheckOutputs(topics);
  }
}

// A broker in this process; topics are made when they are first written.
struct MockBroker {
  MockBroker()
      : owner(*events::MakeKafka(RD_KAFKA_PRODUCER, {}, {})),
        cluster(rd_kafka_mock_cluster_new(owner.get(), 1)) {
    kafka.set_brokers(rd_kafka_mock_cluster_bootstraps(cluster));
    kafka.set_changelog_topic("changelog");
  }
  ~MockBroker() { rd_kafka_mock_cluster_destroy(cluster); }
  events::KafkaHandle owner;
  rd_kafka_mock_cluster_t* cluster;
  config::v1::Kafka kafka;
};

TEST_CASE("a producer that met a fatal error is replaced, and what it held counts as not delivered",
          "[monitor][kafka]") {
  MockBroker broker;
  const auto transport = KafkaTransport::Make(broker.kafka);
  REQUIRE(transport.ok());
  const std::stop_token never;
  auto before = std::make_unique<Delivery>();
  REQUIRE((*transport)->LogState(0, "k", "1", *before, never).ok());
  REQUIRE(Eventually([&] { return before->done(); }));
  CHECK_FALSE(before->failed);

  rd_kafka_mock_broker_set_rtt(broker.cluster, 1, 60'000);  // no answer comes in time
  auto held = std::make_unique<Delivery>();
  REQUIRE((*transport)->LogState(0, "k", "2", *held, never).ok());
  const std::shared_ptr<rd_kafka_t> broken = (*transport)->producer();
  REQUIRE(rd_kafka_test_fatal_error(broken.get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                                    "for the test") == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(Eventually([&] { return held->done(); }));
  CHECK(held->failed);
  rd_kafka_mock_broker_set_rtt(broker.cluster, 1, 0);
  REQUIRE(Eventually([&] { return (*transport)->producer() != broken; }));
  auto after = std::make_unique<Delivery>();
  REQUIRE((*transport)->LogState(0, "k", "3", *after, never).ok());
  REQUIRE(Eventually([&] { return after->done(); }));
  CHECK_FALSE(after->failed);
}

TEST_CASE("whoever waits for room in the producer's queue ends when it is told to",
          "[monitor][kafka]") {
  config::v1::Kafka nobody;
  nobody.set_brokers("127.0.0.1:1");
  nobody.set_changelog_topic("changelog");
  const auto transport = KafkaTransport::Make(nobody);
  REQUIRE(transport.ok());
  std::stop_source stop;
  auto delivery = std::make_unique<Delivery>();
  std::jthread later([&] {
    Eventually([&] { return delivery->waiting > 200'000; });
    stop.request_stop();
  });
  absl::Status status;
  while (status.ok()) {
    status = (*transport)->LogState(0, "k", "", *delivery, stop.get_token());
  }
  CHECK(status.code() == absl::StatusCode::kCancelled);
  (*transport)->Retire(std::move(delivery));
}

TEST_CASE(
    "two instances share the partitions; when one leaves, the other takes over from the changelog",
    "[monitor][kafka]") {
  NEEDS_KAFKA();
  Topics topics;
  TestLog log(12);
  log.Play(9, 90);
  topics.Produce({log.records.begin(), log.records.begin() + 200});
  const TempDir first_dir, second_dir;
  Engine first(Rules(), topics.kafka(), OptionsIn(first_dir.path, topics));
  REQUIRE(first.Start().ok());
  REQUIRE(Eventually([&] { return Settled({&first}); }));
  auto second =
      std::make_unique<Engine>(Rules(), topics.kafka(), OptionsIn(second_dir.path, topics));
  REQUIRE(second->Start().ok());
  REQUIRE(Eventually([&] {
    int held = 0;
    second->Visit(
        [&](const Engine::Held& one) { return held += one.view.store != nullptr ? 1 : 0, true; });
    return held > 0 && Settled({&first, second.get()});
  }));
  CHECK_FALSE(first.HoldsAll());
  const auto middle = log.records.begin() + static_cast<ptrdiff_t>(log.records.size() / 2);
  topics.Produce({log.records.begin() + 200, middle});
  REQUIRE(Eventually([&] { return Settled({&first, second.get()}); }));
  second.reset();
  topics.Produce({middle, log.records.end()});
  REQUIRE(Eventually([&] { return first.HoldsAll() && Settled({&first}); }));
  CheckOutputs(topics);
}

TEST_CASE("a truncated topic is refused and shown, also when the group's offsets are gone",
          "[monitor][kafka]") {
  NEEDS_KAFKA();
  Topics topics;
  TestLog log(13);
  log.Play(6, 10);
  topics.Produce(log.records);
  const TempDir dir;
  {
    Engine engine(Rules(), topics.kafka(), OptionsIn(dir.path, topics));
    REQUIRE(engine.Start().ok());
    REQUIRE(Eventually([&] { return Settled({&engine}); }));
  }
  const size_t from = log.records.size();
  log.SetDate("2026-05-01");
  for (int i = 0; i < 3; ++i) log.CloseDay("north");
  topics.Produce({log.records.begin() + static_cast<ptrdiff_t>(from), log.records.end()});
  const auto facts = topics.Read(topics.kafka().facts_topic());
  topics.Truncate(0, static_cast<int64_t>(facts[0].size()));
  EngineOptions options = OptionsIn(dir.path, topics);
  options.group += "-new";  // the group has never committed anything
  Engine engine(Rules(), topics.kafka(), options);
  REQUIRE(engine.Start().ok());
  std::map<int, std::string> halted;
  REQUIRE(Eventually([&] {
    halted.clear();
    engine.Visit([&](const Engine::Held& held) {
      if (held.view.store != nullptr) halted[held.partition] = held.view.halted;
      return true;
    });
    return halted.size() == kPartitions;
  }));
  CHECK_THAT(halted[0], Catch::Contains("truncated"));
  CHECK(halted[1].empty());
}

}  // namespace fiscus::monitor
