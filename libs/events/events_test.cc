// Outbox, relay and consumer on real PostgreSQL and Kafka: nothing lost behind a slow transaction,
// sequences gap-free, effects once.
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "libs/core/status.h"
#include "libs/events/consumer.h"
#include "libs/events/events_fixture.h"
#include "libs/events/queries.h"
#include "libs/events/relay.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/metrics.h"

namespace fiscus::events {
namespace {

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

TEST_CASE("An event larger than the log takes is refused before it is committed", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("effects", kEffects);
  Event event = DayClosed("a/1", "2026-01-01");
  event.payload.assign(kPayloadBytesMax, 'x');
  CHECK(Commit(db.database(), event).ok());
  event.payload += "x";
  const absl::Status refused = Commit(db.database(), event);
  CHECK(refused.code() == absl::StatusCode::kInvalidArgument);
  REQUIRE(RefusalOf(refused).has_value());
  CHECK(RefusalOf(refused)->reason == "EVENT_TOO_LARGE");
  CHECK(RefusalOf(refused)->figures.at("bytes") == "921601");
  CHECK(CountOf(db.database(), kUnsent) == 1);
}

TEST_CASE("The largest event that may be committed is published", "[pg][kafka]") {
  NEEDS_SERVERS();
  TestDatabase db("effects", kEffects);
  Relay relay(db.database().options(), KafkaConfig(MakeTopic(1)), "fiscus/test");
  relay.Start();
  Event event = DayClosed("a/1", "2026-01-01");
  event.payload.clear();
  while (event.payload.size() < kPayloadBytesMax) event.payload += RandomBytes(1024);
  REQUIRE(Commit(db.database(), event).ok());
  CHECK(Eventually([&] { return CountOf(db.database(), kUnsent) == 0; }));
}

// An event of a release without the limit. It stopped the events of all tenants.
TEST_CASE("An event that can never be sent holds its aggregate and no other", "[pg][kafka]") {
  NEEDS_SERVERS();
  static constexpr pg::Query kBlowUp{
      "blow_up",
      "UPDATE outbox SET payload = convert_to(repeat('x', 1500000), 'UTF8') "
      "WHERE aggregate = 'huge/1' AND sequence = 1"};
  static constexpr pg::Query kUnsentHuge{
      "unsent_huge",
      "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL AND aggregate = 'huge/1'"};
  static constexpr pg::Query kHeld{
      "held", "SELECT count(*) AS n FROM outbox_held WHERE aggregate = 'huge/1' AND tenant = 't1'"};
  TestDatabase db("effects", kEffects);
  REQUIRE(Commit(db.database(), DayClosed("huge/1", "2026-01-01")).ok());
  REQUIRE(Commit(db.database(), DayClosed("other/1", "2026-01-01")).ok());
  REQUIRE(Commit(db.database(), DayClosed("huge/1", "2026-01-02")).ok());
  REQUIRE(
      db.database().Write("", Soon(), [&](pg::Tx& tx) { return tx.Run(kBlowUp).status(); }).ok());
  Relay relay(db.database().options(), KafkaConfig(MakeTopic(2)), "fiscus/test");
  relay.Start();
  CHECK(Eventually([&] { return CountOf(db.database(), kUnsent) == 2; }));
  CHECK(CountOf(db.database(), kHeld) == 1);
  // What comes later goes on, too; the aggregate's own events wait in their order.
  REQUIRE(Commit(db.database(), DayClosed("other/1", "2026-01-02")).ok());
  REQUIRE(Commit(db.database(), DayClosed("huge/1", "2026-01-03")).ok());
  CHECK(Eventually([&] { return CountOf(db.database(), kUnsent) == 3; }));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  CHECK(CountOf(db.database(), kUnsentHuge) == 3);
  CHECK(metrics::Gauge("fiscus_outbox_held", "").Value() == 1);
}

}  // namespace
}  // namespace fiscus::events
