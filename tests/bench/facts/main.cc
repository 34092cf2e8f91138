// fiscus-bench-facts: fills the topic of facts with the life of some projects, as the relays write
// it (fill); reads it and does nothing with it, as a limit (read); or goes on with that life at an
// even pace and measures how soon warnings come (latency). One JSON line about it.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "nlohmann/json.hpp"
#include "services/monitor/engine/test_log.h"
#include "tests/bench/facts/latency.h"
#include "tests/bench/facts/topic_writer.h"

ABSL_FLAG(std::string, brokers, "", "bootstrap servers");
ABSL_FLAG(std::string, topic, "fiscus.facts.v1", "topic of the facts");
ABSL_FLAG(std::string, warnings_topic, "fiscus.warnings.v1", "latency: topic of the warnings");
ABSL_FLAG(std::string, mode, "fill", "fill, read or latency");
ABSL_FLAG(int, projects, 1000, "projects");
ABSL_FLAG(int, days, 30, "days that they live");
ABSL_FLAG(int64_t, records, 0, "read: how many records there are");
ABSL_FLAG(int64_t, rate, 5000, "latency: facts per second");
ABSL_FLAG(double, warm_up_s, 3, "latency: seconds before the measurement");
ABSL_FLAG(double, seconds, 10, "latency: seconds measured");

namespace fiscus::bench {
namespace {

constexpr uint32_t kSeed = 1;
constexpr int kFillLingerMs = 20;

nlohmann::json Fill() {
  TopicWriter writer(absl::GetFlag(FLAGS_brokers), absl::GetFlag(FLAGS_topic), kFillLingerMs);
  monitor::TestLog log(kSeed);
  const int projects = absl::GetFlag(FLAGS_projects);
  for (int i = 0; i < projects; ++i) {
    log.Begin(i);
    writer.Drain(log.records);
  }
  for (int day = 0; day < absl::GetFlag(FLAGS_days); ++day) {
    log.LiveThrough(projects, day);
    writer.Drain(log.records);
  }
  writer.Flush();
  return {{"records", writer.sent()}};
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
      Client(absl::GetFlag(FLAGS_brokers), RD_KAFKA_CONSUMER, {{"queued.min.messages", "500000"}});
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

nlohmann::json Latency() {
  const LatencyResult result =
      MeasureLatency({.brokers = absl::GetFlag(FLAGS_brokers),
                      .facts_topic = absl::GetFlag(FLAGS_topic),
                      .warnings_topic = absl::GetFlag(FLAGS_warnings_topic),
                      .projects = absl::GetFlag(FLAGS_projects),
                      .seed = kSeed,
                      .days = absl::GetFlag(FLAGS_days),
                      .per_second = absl::GetFlag(FLAGS_rate),
                      .warm_up_s = absl::GetFlag(FLAGS_warm_up_s),
                      .seconds = absl::GetFlag(FLAGS_seconds)});
  const auto at = [&](double quantile) {
    if (result.latency_ms.empty()) return 0.0;
    return result.latency_ms[static_cast<size_t>(
        quantile * static_cast<double>(result.latency_ms.size() - 1))];
  };
  return {{"sent", result.sent},  {"raised", result.raised}, {"warnings", result.latency_ms.size()},
          {"p50_ms", at(0.5)},    {"p99_ms", at(0.99)},      {"p999_ms", at(0.999)},
          {"cpu_s", CpuSeconds()}};
}

int Main() {
  const std::string mode = absl::GetFlag(FLAGS_mode);
  if (mode == "fill") std::cout << Fill() << "\n";
  if (mode == "read") std::cout << Read() << "\n";
  if (mode == "latency") std::cout << Latency() << "\n";
  if (mode == "fill" || mode == "read" || mode == "latency") return 0;
  std::cerr << "fiscus-bench-facts: no such --mode (see --help)\n";
  return 2;
}

}  // namespace
}  // namespace fiscus::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Fills or reads a topic of facts, or measures how soon warnings come.");
  absl::ParseCommandLine(argc, argv);
  return fiscus::bench::Main();
}
