// Outbox, relay and consumer on real PostgreSQL and Kafka: nothing lost behind a slow transaction,
// sequences gap-free, effects once.
#include <librdkafka/rdkafka.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <set>
#include <thread>

#include "fiscus/alerting/v1/events.pb.h"
#include "libs/events/consumer.h"
#include "libs/events/kafka_client.h"
#include "libs/events/outbox.h"
#include "libs/events/queries.h"
#include "libs/events/relay.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"

namespace fiscus::events {
namespace {

using testing::TestCall;
using testing::TestDatabase;

constexpr pg::Migration kEffects[] = {
    {1, "effects", "x",
     "CREATE TABLE effect (event_id uuid PRIMARY KEY, tenant text NOT NULL, date text NOT NULL); "
     "GRANT SELECT, INSERT ON effect TO :app"}};
constexpr pg::Query kInsertEffect{
    "insert_effect", "INSERT INTO effect (event_id, tenant, date) VALUES ($1::uuid, $2, $3)"};
constexpr pg::Query kCountEffects{"count_effects", "SELECT count(*) AS n FROM effect"};
constexpr pg::Query kUnsent{"unsent", "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"};
constexpr pg::Query kRewind{"rewind", "UPDATE outbox SET sent_at = NULL"};

std::string Brokers() {
  const char* brokers = std::getenv("FISCUS_TEST_KAFKA");
  return brokers == nullptr ? "" : brokers;
}

Event DayClosed(const std::string& aggregate, const std::string& date) {
  alerting::v1::DayClosed payload;
  payload.set_tenant("t1");
  payload.set_date(date);
  return MakeEvent(aggregate, "", payload);
}

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

int64_t CountOf(pg::Database& database, const pg::Query& query) {
  int64_t n = -1;
  const absl::Status status = database.Read("t1", Soon(), [&](pg::Tx& tx) -> absl::Status {
    auto rows = tx.Run(query);
    if (!rows.ok()) return rows.status();
    n = (*rows)[0].Int("n");
    return absl::OkStatus();
  });
  REQUIRE(status.ok());
  return n;
}

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 300; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

config::v1::Kafka KafkaConfig(const std::string& topic) {
  config::v1::Kafka config;
  config.set_brokers(Brokers());
  config.set_facts_topic(topic);
  return config;
}

// A topic of its own per test.
std::string MakeTopic(int partitions) {
  const std::string name = "events_test_" + NewUuid();
  auto handle = MakeKafka(RD_KAFKA_PRODUCER, {{"bootstrap.servers", Brokers()}}, {});
  REQUIRE(handle.ok());
  char error[256];
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name.c_str(), partitions, 1, error, sizeof error);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle->get());
  rd_kafka_CreateTopics(handle->get(), &topic, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20000);
  REQUIRE(event != nullptr);
  REQUIRE(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(topic);
  return name;
}

// Deletes the records of partition 0 before `offset`, as an expired retention would.
void Truncate(const std::string& topic, int64_t offset) {
  auto handle = MakeKafka(RD_KAFKA_PRODUCER, {{"bootstrap.servers", Brokers()}}, {});
  REQUIRE(handle.ok());
  const KafkaPartitions partitions(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), 0)->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(partitions.get());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle->get());
  rd_kafka_DeleteRecords(handle->get(), &request, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20000);
  REQUIRE(event != nullptr);
  REQUIRE(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_DeleteRecords_destroy(request);
}

#define NEEDS_SERVERS()                            \
  FISCUS_NEEDS_PG();                               \
  if (Brokers().empty()) {                         \
    WARN("skipped: FISCUS_TEST_KAFKA is not set"); \
    return;                                        \
  }                                                \
  static_assert(true)

TEST_CASE("Every query of libs/events prepares against the migrated schema", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("effects", kEffects);
  const absl::Status status = db.PrepareAll(sql::kAll);
  INFO(status.ToString());
  CHECK(status.ok());
}

TEST_CASE("Sequences are gap-free per aggregate, also beside a transaction that fails", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("effects", kEffects);
  const auto append = [&](const std::string& aggregate, bool fail) {
    return db.database().Write("t1", Soon(), [&](pg::Tx& tx) -> absl::Status {
      auto sequences = Append(
          tx, TestCall(), {DayClosed(aggregate, "2026-01-01"), DayClosed(aggregate, "2026-01-02")});
      if (!sequences.ok()) return sequences.status();
      return fail ? absl::CancelledError("on purpose") : absl::OkStatus();
    });
  };
  REQUIRE(append("a/1", false).ok());
  REQUIRE_FALSE(append("a/1", true).ok());
  std::vector<std::jthread> writers;
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([&] {
      for (int k = 0; k < 10; ++k) (void)append("a/1", k % 3 == 0);
    });
  writers.clear();
  static constexpr pg::Query kCheck{
      "check", "SELECT count(*) - max(sequence) AS n FROM outbox WHERE aggregate = 'a/1'"};
  CHECK(CountOf(db.database(), kCheck) == 0);
}

// reliability: the outbox gap. A transaction that took its number first commits last; nothing may
// be passed over.
TEST_CASE("The relay publishes what commits late behind a row that committed early",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  TestDatabase db("effects", kEffects);
  const std::string topic = MakeTopic(3);
  Relay relay(db.database().options(), KafkaConfig(topic), "fiscus/test");
  relay.Start();
  std::jthread slow([&] {
    CHECK(db.database()
              .Write("t1", Soon(),
                     [&](pg::Tx& tx) -> absl::Status {
                       auto appended = Append(tx, TestCall(), {DayClosed("slow/1", "2026-01-01")});
                       std::this_thread::sleep_for(std::chrono::milliseconds(1500));
                       return appended.status();
                     })
              .ok());
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(db.database()
                .Write("t1", Soon(),
                       [&](pg::Tx& tx) {
                         return Append(tx, TestCall(),
                                       {DayClosed("quick/" + std::to_string(i), "2026-01-01")})
                             .status();
                       })
                .ok());
  }
  slow.join();
  CHECK(Eventually([&] { return CountOf(db.database(), kUnsent) == 0; }));
}

TEST_CASE(
    "A consumer applies each event once, though the topic repeats all of them and it restarts",
    "[pg][kafka]") {
  NEEDS_SERVERS();
  TestDatabase producer("effects", kEffects);
  TestDatabase sink("effects", kEffects);
  const std::string topic = MakeTopic(3);
  Relay relay(producer.database().options(), KafkaConfig(topic), "fiscus/test");
  relay.Start();
  const auto consume = [&] {
    auto consumer =
        std::make_unique<Consumer>(sink.database(), KafkaConfig(topic), "sink-" + topic, topic);
    consumer->Handle(
        "fiscus.alerting.v1.DayClosed", [](pg::Tx& tx, const Record& record) -> absl::Status {
          alerting::v1::DayClosed event;
          if (!event.ParseFromString(record.payload))
            return absl::InvalidArgumentError("unreadable");
          return tx
              .Run(kInsertEffect, pg::Args().Text(record.id).Text(record.tenant).Text(event.date()))
              .status();
        });
    consumer->Start();
    return consumer;
  };
  auto consumer = consume();
  const int aggregates = 10;
  for (int a = 0; a < aggregates; ++a) {
    REQUIRE(producer.database()
                .Write("t1", Soon(),
                       [&](pg::Tx& tx) {
                         std::vector<Event> events;
                         for (int i = 1; i <= 9; ++i)
                           events.push_back(DayClosed("agg/" + std::to_string(a),
                                                      "2026-01-0" + std::to_string(i)));
                         return Append(tx, TestCall(), events).status();
                       })
                .ok());
  }
  REQUIRE(Eventually([&] { return CountOf(producer.database(), kUnsent) == 0; }));
  // As after a crash between delivery and mark: everything is sent again.
  REQUIRE(producer.database()
              .Write("", Soon(), [&](pg::Tx& tx) { return tx.Run(kRewind).status(); })
              .ok());
  REQUIRE(Eventually([&] { return CountOf(producer.database(), kUnsent) == 0; }));
  REQUIRE(Eventually([&] { return CountOf(sink.database(), kCountEffects) == 9 * aggregates; }));
  consumer.reset();
  consumer = consume();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  CHECK(CountOf(sink.database(), kCountEffects) == 9 * aggregates);
}

TEST_CASE("A control record reaches every partition", "[pg][kafka]") {
  NEEDS_SERVERS();
  TestDatabase producer("effects", kEffects);
  TestDatabase sink("effects", kEffects);
  const std::string topic = MakeTopic(4);
  Relay relay(producer.database().options(), KafkaConfig(topic), "fiscus/test");
  relay.Start();
  std::mutex mutex;
  std::set<int> partitions;
  Consumer consumer(sink.database(), KafkaConfig(topic), "control-" + topic, topic);
  consumer.Handle("fiscus.alerting.v1.DayClosed", [&](pg::Tx&, const Record& record) {
    const std::lock_guard lock(mutex);
    partitions.insert(record.partition);
    return absl::OkStatus();
  });
  consumer.Start();
  REQUIRE(producer.database()
              .Write("t1", Soon(),
                     [&](pg::Tx& tx) {
                       return AppendBroadcast(tx, TestCall(), DayClosed("clock/t1", "2026-01-31"));
                     })
              .ok());
  CHECK(Eventually([&] {
    const std::lock_guard lock(mutex);
    return partitions.size() == 4;
  }));
}

// reliability: two relays during a surge. Only one may be active; what both sent counts once.
TEST_CASE("Two relays of one database publish everything, in order, once in effect",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  TestDatabase producer("effects", kEffects);
  TestDatabase sink("effects", kEffects);
  const std::string topic = MakeTopic(2);
  Relay first(producer.database().options(), KafkaConfig(topic), "fiscus/test");
  auto second =
      std::make_unique<Relay>(producer.database().options(), KafkaConfig(topic), "fiscus/test");
  first.Start();
  second->Start();
  Consumer consumer(sink.database(), KafkaConfig(topic), "surge-" + topic, topic);
  consumer.Handle("fiscus.alerting.v1.DayClosed", [](pg::Tx& tx, const Record& record) {
    return tx.Run(kInsertEffect, pg::Args().Text(record.id).Text(record.tenant).Text("x")).status();
  });
  consumer.Start();
  constexpr int kWriters = 4;
  constexpr int kWrites = 40;
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w] {
        for (int i = 0; i < kWrites; ++i) {
          CHECK(producer.database()
                    .Write("t1", Soon(),
                           [&](pg::Tx& tx) {
                             return Append(tx, TestCall(),
                                           {DayClosed("agg/" + std::to_string((w + i) % 7),
                                                      "2026-01-01")})
                                 .status();
                           })
                    .ok());
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    second.reset();  // the surge ends while both are busy
  }
  CHECK(Eventually([&] { return CountOf(sink.database(), kCountEffects) == kWriters * kWrites; }));
  CHECK(CountOf(producer.database(), kUnsent) == 0);
}

// reliability: topic truncated. The consumer must refuse, not go on behind the hole.
TEST_CASE("A consumer whose next record is gone from the log takes nothing", "[pg][kafka]") {
  NEEDS_SERVERS();
  TestDatabase producer("effects", kEffects);
  TestDatabase sink("effects", kEffects);
  const std::string topic = MakeTopic(1);
  Relay relay(producer.database().options(), KafkaConfig(topic), "fiscus/test");
  relay.Start();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(producer.database()
                .Write("t1", Soon(),
                       [&](pg::Tx& tx) {
                         return Append(tx, TestCall(),
                                       {DayClosed("agg/" + std::to_string(i), "2026-01-01")})
                             .status();
                       })
                .ok());
  }
  REQUIRE(Eventually([&] { return CountOf(producer.database(), kUnsent) == 0; }));
  Truncate(topic, 3);
  Consumer consumer(sink.database(), KafkaConfig(topic), "truncated-" + topic, topic);
  consumer.Handle("fiscus.alerting.v1.DayClosed", [](pg::Tx& tx, const Record& record) {
    return tx.Run(kInsertEffect, pg::Args().Text(record.id).Text(record.tenant).Text("x")).status();
  });
  consumer.Start();
  std::this_thread::sleep_for(std::chrono::seconds(4));
  CHECK(CountOf(sink.database(), kCountEffects) == 0);
}

}  // namespace
}  // namespace fiscus::events
