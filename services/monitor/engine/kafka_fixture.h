// A real Kafka for tests: topics of one test, the log of test_log.h written as the relay writes it,
// and waiting. Needs FISCUS_TEST_KAFKA (bootstrap servers).
#pragma once

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "libs/events/kafka_client.h"
#include "libs/runtime/clock.h"
#include "services/monitor/engine/engine.h"
#include "services/monitor/engine/test_log.h"

#define NEEDS_KAFKA()                                \
  if (std::getenv("FISCUS_TEST_KAFKA") == nullptr) { \
    WARN("skipped: FISCUS_TEST_KAFKA is not set");   \
    return;                                          \
  }                                                  \
  static_assert(true)

namespace fiscus::monitor::kafka_fixture {

namespace fs = std::filesystem;

inline constexpr int kPartitions = 3;

struct TempDir {
  TempDir() {
    char name[] = "/tmp/fiscus-monitor-test-XXXXXX";
    path = mkdtemp(name);
  }
  ~TempDir() { fs::remove_all(path); }
  std::string path;
};

inline const RuleSet& Rules() {
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

// Topics of one test, on the real broker.
class Topics {
 public:
  Topics() {
    const std::string suffix = NewUuid();
    kafka_.set_brokers(std::getenv("FISCUS_TEST_KAFKA"));
    kafka_.set_facts_topic("facts-" + suffix);
    kafka_.set_indicators_topic("indicators-" + suffix);
    kafka_.set_warnings_topic("warnings-" + suffix);
    kafka_.set_changelog_topic("changelog-" + suffix);
    auto producer = events::MakeKafka(
        RD_KAFKA_PRODUCER,
        {{"bootstrap.servers", kafka_.brokers()}, {"partitioner", "murmur2_random"}}, {});
    REQUIRE(producer.ok());
    producer_ = *std::move(producer);
    for (const std::string* name :
         {&kafka_.facts_topic(), &kafka_.indicators_topic(), &kafka_.warnings_topic()}) {
      Create(*name, false);
    }
    Create(kafka_.changelog_topic(), true);
  }

  const config::v1::Kafka& kafka() const { return kafka_; }

  // Writes records as the relay does: by key, days to every partition.
  void Produce(const std::vector<LogRecord>& records) {
    for (const LogRecord& record : records) {
      const bool control = record.key.empty();
      for (int p = 0; p < (control ? kPartitions : 1); ++p) {
        rd_kafka_headers_t* headers = rd_kafka_headers_new(6);
        const std::string sequence = std::to_string(record.sequence);
        for (const auto& [name, value] :
             std::map<std::string, std::string>{{"ce_id", record.id},
                                                {"ce_type", record.type},
                                                {"ce_time", record.time},
                                                {"ce_tenantid", record.tenant},
                                                {"ce_aggregate", record.aggregate},
                                                {"ce_sequence", sequence}}) {
          rd_kafka_header_add(headers, name.c_str(), -1, value.data(),
                              static_cast<ssize_t>(value.size()));
        }
        REQUIRE(rd_kafka_producev(
                    producer_.get(), RD_KAFKA_V_TOPIC(kafka_.facts_topic().c_str()),
                    RD_KAFKA_V_PARTITION(control ? p : RD_KAFKA_PARTITION_UA),
                    RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
                    RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
                    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
                    RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR);
      }
    }
    REQUIRE(rd_kafka_flush(producer_.get(), 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  // All records of a topic, by partition.
  std::vector<std::vector<LogRecord>> Read(const std::string& topic) {
    std::vector<std::vector<LogRecord>> partitions;
    auto made = events::MakeKafka(RD_KAFKA_CONSUMER,
                                  {{"bootstrap.servers", kafka_.brokers()},
                                   {"enable.partition.eof", "true"},
                                   {"fetch.wait.max.ms", "20"}},
                                  {});
    REQUIRE(made.ok());
    rd_kafka_topic_t* handle = rd_kafka_topic_new(made->get(), topic.c_str(), nullptr);
    for (int p = 0; p < kPartitions; ++p) {
      partitions.emplace_back();
      REQUIRE(rd_kafka_consume_start(handle, p, RD_KAFKA_OFFSET_BEGINNING) == 0);
      for (;;) {
        const events::KafkaMessage m(rd_kafka_consume(handle, p, 20'000));
        REQUIRE(m != nullptr);
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
        REQUIRE(m->err == RD_KAFKA_RESP_ERR_NO_ERROR);
        LogRecord record;
        record.key.assign(static_cast<const char*>(m->key), m->key_len);
        record.value.assign(static_cast<const char*>(m->payload), m->len);
        record.type = events::HeaderText(*m, "ce_type");
        record.tenant = events::HeaderText(*m, "ce_tenantid");
        record.aggregate = events::HeaderText(*m, "ce_aggregate");
        record.id = events::HeaderText(*m, "ce_id");
        record.time = events::HeaderText(*m, "ce_time");
        record.sequence = std::atoll(events::HeaderText(*m, "ce_sequence").c_str());
        partitions.back().push_back(std::move(record));
      }
      rd_kafka_consume_stop(handle, p);
    }
    rd_kafka_topic_destroy(handle);
    return partitions;
  }

  // Lets go of everything before an offset, as retention does.
  void Truncate(int partition, int64_t before) {
    const events::KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), kafka_.facts_topic().c_str(), partition)->offset =
        before;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
    rd_kafka_queue_t* queue = rd_kafka_queue_new(producer_.get());
    rd_kafka_DeleteRecords(producer_.get(), &request, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20'000);
    REQUIRE(event != nullptr);
    REQUIRE(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(request);
  }

 private:
  void Create(const std::string& name, bool compacted) {
    char error[512];
    rd_kafka_NewTopic_t* topic =
        rd_kafka_NewTopic_new(name.c_str(), kPartitions, 1, error, sizeof error);
    if (compacted) rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
    rd_kafka_queue_t* queue = rd_kafka_queue_new(producer_.get());
    rd_kafka_CreateTopics(producer_.get(), &topic, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20'000);
    REQUIRE(event != nullptr);
    REQUIRE(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
  }

  config::v1::Kafka kafka_;
  events::KafkaHandle producer_;
};

inline EngineOptions OptionsIn(const std::string& directory, const Topics& topics) {
  EngineOptions options;
  options.state_directory = directory;
  options.group = "group-" + topics.kafka().facts_topic();
  return options;
}

// Waits for a condition, at most half a minute.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 600; ++i) {
    if (condition()) return true;
    // tidy-allow(hidden-input): a test waits for other processes
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

// True once the engines together have read all and their outboxes are empty.
inline bool Settled(const std::vector<Engine*>& engines) {
  int done = 0;
  for (Engine* engine : engines) {
    engine->Visit([&](const Engine::Held& held) {
      const auto end = engine->LogEnd(held.partition);
      if (held.view.store == nullptr || !end.ok() || held.view.next_offset != *end) return true;
      const auto outbox = held.view.store->ReadOutbox();
      if (outbox.ok() && outbox->empty()) ++done;
      return true;
    });
  }
  return done == kPartitions;
}

}  // namespace fiscus::monitor::kafka_fixture
