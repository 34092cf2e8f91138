// fiscus-bench-facts: fills the topic of facts with the life of some projects, as the relays write
// it; or reads it and does nothing with it, as a limit. One JSON line about it.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <chrono>
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "libs/events/kafka_client.h"
#include "nlohmann/json.hpp"
#include "services/monitor/engine/test_log.h"

ABSL_FLAG(std::string, brokers, "", "bootstrap servers");
ABSL_FLAG(std::string, topic, "fiscus.facts.v1", "topic of the facts");
ABSL_FLAG(std::string, mode, "fill", "fill or read");
ABSL_FLAG(int, projects, 1000, "projects");
ABSL_FLAG(int, days, 30, "days that they live");
ABSL_FLAG(int64_t, records, 0, "read: how many records there are");

namespace fiscus::monitor {
namespace {

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "fiscus-bench-facts: " << what << "\n";
  std::exit(1);
}

events::KafkaHandle Client(rd_kafka_type_t type, events::KafkaSettings settings) {
  settings.emplace("bootstrap.servers", absl::GetFlag(FLAGS_brokers));
  auto client = events::MakeKafka(type, settings, {});
  if (!client.ok()) Fail(client.status().ToString());
  return *std::move(client);
}

int Partitions(rd_kafka_t* client, const std::string& topic) {
  const auto count = events::PartitionCount(client, topic, 20'000);
  if (!count.ok()) Fail(count.status().ToString());
  return *count;
}

class Filler {
 public:
  Filler()
      : topic_(absl::GetFlag(FLAGS_topic)),
        producer_(Client(RD_KAFKA_PRODUCER, {{"partitioner", "murmur2_random"},
                                             {"linger.ms", "20"},
                                             {"compression.type", "lz4"},
                                             {"queue.buffering.max.messages", "1000000"}})),
        partitions_(Partitions(producer_.get(), topic_)) {}

  // Writes and forgets the records: by key, a day's end to every partition.
  void Drain(std::vector<LogRecord>& records) {
    for (const LogRecord& record : records) {
      const bool control = record.key.empty();
      for (int p = 0; p < (control ? partitions_ : 1); ++p)
        Send(record, control ? p : RD_KAFKA_PARTITION_UA);
    }
    records.clear();
  }
  void Flush() {
    if (rd_kafka_flush(producer_.get(), 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
      Fail("not all was delivered");
  }
  int64_t sent() const { return sent_; }

 private:
  void Send(const LogRecord& record, int partition) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(6);
    const std::string sequence = std::to_string(record.sequence);
    const auto add = [headers](const char* name, const std::string& value) {
      rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
    };
    add("ce_id", record.id);
    add("ce_type", record.type);
    add("ce_time", record.time);
    add("ce_tenantid", record.tenant);
    add("ce_aggregate", record.aggregate);
    add("ce_sequence", sequence);
    while (true) {
      const auto error = rd_kafka_producev(
          producer_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(partition),
          RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
      rd_kafka_poll(producer_.get(), error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) Fail(rd_kafka_err2str(error));
    }
    ++sent_;
  }

  const std::string topic_;
  events::KafkaHandle producer_;
  const int partitions_;
  int64_t sent_ = 0;
};

nlohmann::json Fill() {
  Filler filler;
  TestLog log(1);
  const int projects = absl::GetFlag(FLAGS_projects);
  for (int i = 0; i < projects; ++i) {
    log.Begin(i);
    filler.Drain(log.records);
  }
  for (int day = 0; day < absl::GetFlag(FLAGS_days); ++day) {
    log.LiveThrough(projects, day);
    filler.Drain(log.records);
  }
  filler.Flush();
  return {{"records", filler.sent()}};
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Takes every record with its headers, in the batches that librdkafka gives.
nlohmann::json Read() {
  const std::string topic = absl::GetFlag(FLAGS_topic);
  const int64_t wanted = absl::GetFlag(FLAGS_records);
  const auto start = std::chrono::steady_clock::now();
  const events::KafkaHandle consumer =
      Client(RD_KAFKA_CONSUMER, {{"queued.min.messages", "500000"}});
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer.get(), topic.c_str(), nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(consumer.get());
  const int partitions = Partitions(consumer.get(), topic);
  for (int p = 0; p < partitions; ++p)
    rd_kafka_consume_start_queue(handle, p, RD_KAFKA_OFFSET_BEGINNING, queue);
  std::vector<rd_kafka_message_t*> batch(10'000);
  int64_t read = 0;
  int64_t bytes = 0;
  while (read < wanted) {
    const ssize_t got = rd_kafka_consume_batch_queue(queue, 1000, batch.data(), batch.size());
    for (ssize_t i = 0; i < got; ++i) {
      if (batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++read;
      bytes += static_cast<int64_t>(batch[i]->len);
      rd_kafka_message_destroy(batch[i]);
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  for (int p = 0; p < partitions; ++p) rd_kafka_consume_stop(handle, p);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(handle);
  return {{"records", read}, {"bytes", bytes}, {"seconds", took.count()}, {"cpu_s", CpuSeconds()}};
}

}  // namespace
}  // namespace fiscus::monitor

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Fills or reads a topic of facts; prints one JSON line.");
  absl::ParseCommandLine(argc, argv);
  std::cout << (absl::GetFlag(FLAGS_mode) == "read" ? fiscus::monitor::Read()
                                                    : fiscus::monitor::Fill())
            << "\n";
  return 0;
}
