// Servers, topics and effects, for tests of this folder only.
// tidy-allow-file(sql): the tables of these tests
#pragma once

#include <librdkafka/rdkafka.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "fiscus/alerting/v1/events.pb.h"
#include "libs/events/kafka_client.h"
#include "libs/events/outbox.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"

namespace fiscus::events {

using testing::TestCall;
using testing::TestDatabase;

inline constexpr pg::Migration kEffects[] = {
    {1, "effects", "x",
     "CREATE TABLE effect (event_id uuid PRIMARY KEY, tenant text NOT NULL, date text NOT NULL); "
     "GRANT SELECT, INSERT ON effect TO :app"}};
inline constexpr pg::Query kInsertEffect{
    "insert_effect", "INSERT INTO effect (event_id, tenant, date) VALUES ($1::uuid, $2, $3)"};
inline constexpr pg::Query kCountEffects{"count_effects", "SELECT count(*) AS n FROM effect"};
inline constexpr pg::Query kUnsent{"unsent",
                                   "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"};
inline constexpr pg::Query kRewind{"rewind", "UPDATE outbox SET sent_at = NULL"};

inline std::string Brokers() {
  const char* brokers = std::getenv("FISCUS_TEST_KAFKA");
  return brokers == nullptr ? "" : brokers;
}

inline Event DayClosed(const std::string& aggregate, const std::string& date) {
  alerting::v1::DayClosed payload;
  payload.set_tenant("t1");
  payload.set_date(date);
  return MakeEvent(aggregate, "", payload);
}

inline absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

inline int64_t CountOf(pg::Database& database, const pg::Query& query) {
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

inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 300; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

inline config::v1::Kafka KafkaConfig(const std::string& topic) {
  config::v1::Kafka config;
  config.set_brokers(Brokers());
  config.set_facts_topic(topic);
  return config;
}

// A topic of its own per test.
inline std::string MakeTopic(int partitions) {
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
inline void Truncate(const std::string& topic, int64_t offset) {
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

// Writes a record as a relay would, to a partition of the test's choice. Empty values: no header.
struct RawRecord {
  std::string aggregate;
  int64_t sequence = 0;
  std::string type = "fiscus.alerting.v1.DayClosed";
  std::string id = NewUuid();
  std::string tenant = "t1";
};
inline void Put(const std::string& topic, int partition, const RawRecord& record) {
  auto handle = MakeKafka(RD_KAFKA_PRODUCER, {{"bootstrap.servers", Brokers()}}, {});
  REQUIRE(handle.ok());
  rd_kafka_headers_t* headers = rd_kafka_headers_new(5);
  const std::pair<const char*, std::string> pairs[] = {
      {"ce_id", record.id},
      {"ce_type", record.type},
      {"ce_tenantid", record.tenant},
      {"ce_aggregate", record.aggregate},
      {"ce_sequence", std::to_string(record.sequence)}};
  for (const auto& [name, value] : pairs) {
    if (!value.empty())
      rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  }
  REQUIRE(rd_kafka_producev(handle->get(), RD_KAFKA_V_TOPIC(topic.c_str()),
                            RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_HEADERS(headers),
                            RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(rd_kafka_flush(handle->get(), 20000) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

// Commits one event.
inline absl::Status Commit(pg::Database& database, const Event& event) {
  return database.Write("t1", Soon(),
                        [&](pg::Tx& tx) { return Append(tx, TestCall(), {event}).status(); });
}

#define NEEDS_SERVERS()                            \
  FISCUS_NEEDS_PG();                               \
  if (Brokers().empty()) {                         \
    WARN("skipped: FISCUS_TEST_KAFKA is not set"); \
    return;                                        \
  }                                                \
  static_assert(true)

}  // namespace fiscus::events
