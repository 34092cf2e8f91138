// What a consumer does about gaps, errors, poison and truncated logs, on real PostgreSQL and Kafka:
// one partition halts, the others go on, and every effect happens once.
#include "libs/events/consumer.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "libs/events/events_fixture.h"
#include "libs/events/inbox.h"
#include "libs/events/relay.h"
#include "libs/events/republish.h"
#include "libs/runtime/metrics.h"

namespace fiscus::events {
namespace {

constexpr char kType[] = "fiscus.alerting.v1.DayClosed";
constexpr pg::Query kDeadLetters{"dead_letters", "SELECT count(*) AS n FROM consumer_dead_letter"};

// A consumer of a topic into a database of its own; the effect's date is "<aggregate>#<sequence>".
class Reader {
 public:
  explicit Reader(std::string topic) : topic_(std::move(topic)), sink_("effects", kEffects) {}

  void Start(std::vector<Override> decisions = {}) {
    consumer_.reset();
    consumer_ = std::make_unique<Consumer>(database(), KafkaConfig(topic_), topic_, topic_);
    for (Override& decision : decisions) consumer_->Decide(std::move(decision));
    consumer_->Handle(kType, [this](pg::Tx& tx, const Record& record) -> absl::Status {
      const std::string name = record.aggregate + "#" + std::to_string(record.sequence);
      if (broken_ && record.aggregate == "broken/1") return absl::InternalError("on purpose");
      if (record.aggregate == "poison/1") return absl::InvalidArgumentError("unreadable");
      return tx.Run(kInsertEffect, pg::Args().Text(record.id).Text(record.tenant).Text(name))
          .status();
    });
    consumer_->Start();
  }
  void Stop() { consumer_.reset(); }

  pg::Database& database() { return sink_.database(); }
  int64_t Effects() { return CountOf(database(), kCountEffects); }
  // How often an event had its effect.
  int64_t Times(const std::string& event) {
    const pg::Query query{"times", "SELECT count(*) AS n FROM effect WHERE date = $1"};
    int64_t n = -1;
    const absl::Status read = database().Read("t1", Soon(), [&](pg::Tx& tx) -> absl::Status {
      auto rows = tx.Run(query, pg::Args().Text(event));
      if (!rows.ok()) return rows.status();
      n = (*rows)[0].Int("n");
      return absl::OkStatus();
    });
    REQUIRE(read.ok());
    return n;
  }
  double Gauge(const std::string& name, int partition) const {
    return metrics::Gauge(name, "",
                          {{"consumer", topic_}, {"partition", std::to_string(partition)}})
        .Value();
  }
  bool Halted(int partition) const { return Gauge("fiscus_consumer_halted", partition) == 1; }
  std::atomic<bool> broken_ = true;

 private:
  const std::string topic_;
  testing::TestDatabase sink_;
  std::unique_ptr<Consumer> consumer_;
};

TEST_CASE("A gap halts its partition only, and closes when the missing events come later",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(2);
  Put(topic, 0, {"a/1", 1});
  Put(topic, 0, {"a/1", 4});
  Put(topic, 0, {"b/1", 1});
  Reader reader(topic);
  reader.Start();
  REQUIRE(Eventually([&] { return reader.Halted(0); }));
  Put(topic, 1, {"c/1", 1});
  CHECK(Eventually([&] { return reader.Times("c/1#1") == 1; }));
  CHECK(reader.Times("a/1#4") == 0);
  CHECK(reader.Times("b/1#1") == 0);
  CHECK_FALSE(reader.Halted(1));
  CHECK(Eventually([&] { return reader.Gauge("fiscus_consumer_lag_records", 0) == 2; }));

  Put(topic, 0, {"d/1", 1});
  Put(topic, 0, {"a/1", 2});
  Put(topic, 0, {"a/1", 3});
  REQUIRE(Eventually([&] { return reader.Effects() == 7; }));
  for (const char* event : {"a/1#1", "a/1#2", "a/1#3", "a/1#4", "b/1#1", "c/1#1", "d/1#1"}) {
    INFO(event);
    CHECK(reader.Times(event) == 1);
  }
  CHECK_FALSE(reader.Halted(0));
  Put(topic, 0, {"a/1", 5});  // and on
  CHECK(Eventually([&] { return reader.Times("a/1#5") == 1; }));
  CHECK(Eventually([&] { return reader.Gauge("fiscus_consumer_lag_records", 0) == 0; }));
}

TEST_CASE("A handler that fails halts its partition only, and goes on in order by itself",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(2);
  Put(topic, 0, {"broken/1", 1});
  for (int i = 1; i <= 50; ++i) Put(topic, 0, {"a/1", i});
  Put(topic, 1, {"c/1", 1});
  Reader reader(topic);
  reader.Start();
  CHECK(Eventually([&] { return reader.Halted(0) && reader.Times("c/1#1") == 1; }));
  CHECK(reader.Effects() == 1);
  reader.broken_ = false;
  CHECK(Eventually([&] { return reader.Effects() == 52; }));
  CHECK(reader.Times("broken/1#1") == 1);
  CHECK_FALSE(reader.Halted(0));
}

TEST_CASE("A missing event whose handler fails is tried until it has its effect", "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(1);
  Put(topic, 0, {"broken/1", 3});
  Put(topic, 0, {"broken/1", 1});
  Put(topic, 0, {"broken/1", 2});
  Reader reader(topic);
  reader.Start();
  REQUIRE(Eventually([&] { return reader.Halted(0); }));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  CHECK(reader.Effects() == 0);
  reader.broken_ = false;
  CHECK(Eventually([&] { return reader.Effects() == 3; }));
  CHECK(Eventually([&] { return !reader.Halted(0); }));
}

TEST_CASE("An operator passes a record over, or a gap", "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(2);
  Put(topic, 0, {"broken/1", 1});
  Put(topic, 0, {"broken/1", 2});
  Put(topic, 1, {"a/1", 3});
  Put(topic, 1, {"a/1", 4});
  Reader reader(topic);
  reader.Start();
  REQUIRE(Eventually([&] { return reader.Halted(0) && reader.Halted(1); }));
  reader.Stop();
  reader.Start({{0, 0, Decision::kSkip, "tested"}, {1, 0, Decision::kAcceptGap, "tested"}});
  CHECK(Eventually([&] { return reader.Effects() == 2; }));  // a/1#3 and #4
  CHECK(CountOf(reader.database(), kDeadLetters) == 1);
  reader.broken_ = false;
  CHECK(Eventually([&] { return reader.Times("broken/1#2") == 1; }));
  CHECK(reader.Times("broken/1#1") == 0);
  CHECK(Eventually([&] { return !reader.Halted(0) && !reader.Halted(1); }));
}

TEST_CASE("A record whose headers are missing is put aside and moves no sequence", "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(1);
  Put(topic, 0, {"a/1", 1});
  Put(topic, 0, {"a/1", 100, /*type=*/""});
  Put(topic, 0, {"a/1", 2});
  Put(topic, 0, {"a/1", 1, /*type=*/""});
  Put(topic, 0, {"a/1", 3});
  Put(topic, 0, {"poison/1", 1});
  Put(topic, 0, {"poison/1", 1});  // its sequence was seen: no gap, no second letter
  Reader reader(topic);
  reader.Start();
  CHECK(Eventually([&] { return reader.Times("a/1#3") == 1; }));
  CHECK(Eventually([&] { return CountOf(reader.database(), kDeadLetters) == 3; }));
  CHECK(reader.Effects() == 3);
  CHECK_FALSE(reader.Halted(0));
}

TEST_CASE("A holder of the partition that was overtaken changes nothing", "[pg]") {
  FISCUS_NEEDS_PG();
  testing::TestDatabase sink("effects", kEffects);
  Inbox inbox(sink.database(), "c", "t");
  const auto record = [](int64_t offset, int64_t sequence, std::string type) {
    return Record{.topic = "t",
                  .offset = offset,
                  .type = std::move(type),
                  .tenant = "t1",
                  .aggregate = "a/1",
                  .sequence = sequence};
  };
  REQUIRE(inbox.Apply(record(0, 1, kType), 0, false).value_or(-1) == 0);
  REQUIRE(inbox.Apply(record(1, 2, kType), 1, false).value_or(-1) == 0);
  REQUIRE(inbox.NextOffset(0).value_or(-1) == 2);
  REQUIRE(inbox.PutAside(record(0, 1, kType), 0, "late").ok());
  REQUIRE(inbox.Apply(record(0, 7, ""), 0, false).value_or(-1) == 0);
  CHECK(inbox.NextOffset(0).value_or(-1) == 2);
  CHECK(CountOf(sink.database(), kDeadLetters) == 0);
  REQUIRE(inbox.PutAside(record(2, 1, kType), 2, "a repeat").ok());  // back to 1? no
  CHECK(inbox.Apply(record(3, 3, kType), 3, false).value_or(-1) == 0);
  CHECK(inbox.Apply(record(4, 5, kType), 4, false).value_or(-1) == 4);  // the first that is missing
  CHECK(inbox.NextOffset(0).value_or(-1) == 4);
}

// reliability: topic truncated. The partition must refuse, not go on behind the hole.
TEST_CASE("A partition whose next record is gone from the log takes nothing, others go on",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(2);
  for (int i = 1; i <= 5; ++i) Put(topic, 0, {"a/1", i});
  Put(topic, 1, {"c/1", 1});
  Truncate(topic, 3);
  Reader reader(topic);
  reader.Start();
  CHECK(Eventually([&] { return reader.Times("c/1#1") == 1; }));
  CHECK(reader.Halted(0));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  CHECK(reader.Effects() == 1);
}

TEST_CASE("A log that is truncated while it is read halts that partition", "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(2);
  Put(topic, 0, {"broken/1", 1});
  for (int i = 1; i <= 5; ++i) Put(topic, 0, {"a/1", i});
  Reader reader(topic);
  reader.Start();
  REQUIRE(Eventually([&] { return reader.Halted(0); }));
  Truncate(topic, 4);
  reader.broken_ = false;
  CHECK(Eventually([&] { return reader.Times("broken/1#1") == 1; }));
  Put(topic, 1, {"c/1", 1});
  CHECK(Eventually([&] { return reader.Times("c/1#1") == 1 && reader.Halted(0); }));
  CHECK(reader.Times("a/1#4") == 0);
}

// reliability: row 5, "refuse, alarm, rebuild".
TEST_CASE("A truncated log is published again from the outbox, and each effect happens once",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(1);
  testing::TestDatabase producer("effects", kEffects);
  Relay relay(producer.database().options(), KafkaConfig(topic), "fiscus/test");
  relay.Start();
  for (const char* day : {"2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"})
    REQUIRE(Commit(producer.database(), DayClosed("a/1", day)).ok());
  REQUIRE(Eventually([&] { return CountOf(producer.database(), kUnsent) == 0; }));
  Truncate(topic, 3);
  Reader reader(topic);
  reader.Start();
  REQUIRE(Eventually([&] { return reader.Halted(0); }));
  reader.Stop();

  CHECK(Republish(producer.database(), SystemClock().Now() + absl::Hours(1)).value_or(-1) == 0);
  CHECK(Republish(producer.database(), absl::UnixEpoch()).value_or(-1) == 5);
  REQUIRE(Eventually([&] { return CountOf(producer.database(), kUnsent) == 0; }));
  reader.Start({{0, 0, Decision::kBegin, "tested"}});
  CHECK(Eventually([&] { return reader.Effects() == 5; }));
  REQUIRE(Commit(producer.database(), DayClosed("a/1", "2026-01-06")).ok());
  CHECK(Eventually([&] { return reader.Times("a/1#6") == 1; }));
  for (const char* event : {"a/1#1", "a/1#2", "a/1#3", "a/1#4", "a/1#5"}) {
    INFO(event);
    CHECK(reader.Times(event) == 1);
  }
  CHECK_FALSE(reader.Halted(0));
}

}  // namespace
}  // namespace fiscus::events
