#include "tests/bench/facts/latency.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "fiscus/monitor/v1/events.pb.h"
#include "services/monitor/engine/test_log.h"
#include "tests/bench/facts/topic_writer.h"

namespace fiscus::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kEachRaises = 50;         // one fact in so many
constexpr int kLingerMs = 1;            // as the relay's producer
constexpr double kPatienceSeconds = 5;  // for the last warnings

// When the fact of a project was made that must raise a warning.
class Expected {
 public:
  void Made(const std::string& project, Clock::time_point at) {
    const std::lock_guard lock(mutex_);
    made_[project] = at;
  }
  // Milliseconds since then, once; −1 if nothing is expected.
  double Raised(const std::string& project) {
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex_);
    const auto found = made_.find(project);
    if (found == made_.end()) return -1;
    const std::chrono::duration<double, std::milli> passed = now - found->second;
    made_.erase(found);
    return passed.count();
  }
  size_t open() {
    const std::lock_guard lock(mutex_);
    return made_.size();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, Clock::time_point> made_;
};

// Reads the warnings from where the topic ends now.
class WarningReader {
 public:
  WarningReader(const LatencyPlan& plan, Expected& expected)
      : expected_(expected),
        consumer_(Client(plan.brokers, RD_KAFKA_CONSUMER,
                         {{"fetch.wait.max.ms", "500"}, {"fetch.min.bytes", "1"}})),
        topic_(rd_kafka_topic_new(consumer_.get(), plan.warnings_topic.c_str(), nullptr)),
        queue_(rd_kafka_queue_new(consumer_.get())),
        partitions_(Partitions(consumer_.get(), plan.warnings_topic)) {
    for (int p = 0; p < partitions_; ++p)
      rd_kafka_consume_start_queue(topic_, p, RD_KAFKA_OFFSET_END, queue_);
    thread_ = std::jthread([this](const std::stop_token& stop) { Read(stop); });
  }
  ~WarningReader() {
    thread_ = {};
    for (int p = 0; p < partitions_; ++p) rd_kafka_consume_stop(topic_, p);
    rd_kafka_queue_destroy(queue_);
    rd_kafka_topic_destroy(topic_);
  }
  WarningReader(const WarningReader&) = delete;
  WarningReader& operator=(const WarningReader&) = delete;

  // After the last was read.
  std::vector<double> Take() {
    thread_ = {};
    return std::move(latency_ms_);
  }

 private:
  void Read(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const events::KafkaMessage message(rd_kafka_consume_queue(queue_, 50));
      if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      monitor::v1::WarningChanged event;
      if (!event.ParseFromArray(message->payload, static_cast<int>(message->len))) continue;
      if (event.warning().rule_id() != "R01") continue;
      const double passed = expected_.Raised(event.warning().project_id());
      if (passed >= 0) latency_ms_.push_back(passed);
    }
  }

  Expected& expected_;
  events::KafkaHandle consumer_;
  rd_kafka_topic_t* topic_;
  rd_kafka_queue_t* queue_;
  const int partitions_;
  std::vector<double> latency_ms_;
  std::jthread thread_;
};

// The log as it was written before, so that sequences go on.
monitor::TestLog LogOf(const LatencyPlan& plan) {
  monitor::TestLog log(plan.seed);
  log.Play(plan.projects, plan.days);
  log.records.clear();
  return log;
}

void WaitUntil(Clock::time_point due) {
  // tidy-allow(hidden-input): the pace is the measurement
  std::this_thread::sleep_until(due);
}

}  // namespace

LatencyResult MeasureLatency(const LatencyPlan& plan) {
  monitor::TestLog log = LogOf(plan);
  TopicWriter writer(plan.brokers, plan.facts_topic, kLingerMs);
  Expected expected;
  WarningReader reader(plan, expected);
  LatencyResult result;
  const auto every = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(1.0 / static_cast<double>(plan.per_second)));
  const Clock::time_point start = Clock::now();
  const auto after = [start](double seconds) {
    return start +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  };
  const Clock::time_point counted = after(plan.warm_up_s);
  const Clock::time_point end = after(plan.warm_up_s + plan.seconds);
  int project = 0;
  int refused = 0;
  for (Clock::time_point now = start; now < end; now = Clock::now()) {
    const bool raises = result.sent / kEachRaises >= refused && refused < plan.projects;
    if (raises) {
      const std::string id = monitor::TestLog::Id(refused);
      log.Refuse(refused++);
      if (now >= counted) {
        expected.Made(id, Clock::now());
        ++result.raised;
      }
    } else {
      log.Pay(project++ % plan.projects);
    }
    result.sent += static_cast<int64_t>(log.records.size());
    writer.Drain(log.records);
    WaitUntil(start + every * result.sent);
  }
  writer.Flush();
  const Clock::time_point patience =
      Clock::now() + std::chrono::seconds(static_cast<int>(kPatienceSeconds));
  while (expected.open() > 0 && Clock::now() < patience)
    WaitUntil(Clock::now() + std::chrono::milliseconds(20));
  result.latency_ms = reader.Take();
  std::sort(result.latency_ms.begin(), result.latency_ms.end());
  return result;
}

}  // namespace fiscus::bench
