// The monitor of one process: membership in the group that shares the partitions, and a worker with
// its thread for each partition that is assigned. Thread-safe.
//
// The group serves for the assignment alone: its member consumes nothing and commits nothing; each
// worker starts from the offset in its own state. Membership is static (KIP-345): a process that
// was killed and starts again on its disk gets its partitions back at once; those of one that stays
// away go to the others after the session timeout.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscus/config/v1/config.pb.h"
#include "libs/events/kafka_client.h"
#include "services/monitor/engine/kafka_transport.h"
#include "services/monitor/engine/partition_worker.h"

namespace fiscus::monitor {

struct EngineOptions {
  std::string state_directory;  // holds one directory per partition
  std::string group = "fiscus-monitor";
  int session_timeout_ms = 6000;
  int batch_max = 1000;
  int64_t projects_max = 100'000;  // in memory, over all partitions
  int64_t block_cache_bytes = 32 << 20;
  int64_t write_buffer_bytes = 48 << 20;
  std::map<std::pair<int, int64_t>, Decision> overrides;  // by partition and offset
};

class Engine {
 public:
  Engine(const RuleSet& rules, const config::v1::Kafka& kafka, EngineOptions options);
  ~Engine();  // stops

  // Joins the group; workers start as partitions are assigned. Waits for no broker: until one
  // answers, nothing is assigned.
  absl::Status Start();
  // Leaves the group and stops all workers.
  void Stop();

  // One partition as a reader sees it; valid during the visit.
  struct Held {
    int partition = 0;
    PartitionView view;
    const Totals* totals = nullptr;
  };
  // Visits the partitions held, in order, until `visit` returns false. Rebalances wait meanwhile.
  void Visit(const std::function<bool(const Held&)>& visit) const;
  // False once another process has joined under this one's name (its state directory was copied):
  // this one has stopped.
  bool Healthy() const { return !fenced_; }
  // True if this instance holds all partitions of the input and all are open.
  bool HoldsAll() const;
  // End of the log of a partition.
  absl::StatusOr<int64_t> LogEnd(int partition) const;
  const RuleSet& rules() const { return rules_; }

 private:
  struct Running {
    std::unique_ptr<PartitionWorker> worker;
    std::jthread thread;
  };
  static void OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  void Membership(const std::stop_token& stop);
  void Assign(const rd_kafka_topic_partition_list_t& partitions);
  void Revoke(const std::vector<int>& partitions);
  void LearnPartitions();
  void LookForFencing();
  std::vector<int> Assigned() const;
  absl::StatusOr<std::string> InstanceId() const;
  WorkerOptions OptionsOf(int partition) const;

  const RuleSet& rules_;
  const config::v1::Kafka kafka_;
  const EngineOptions options_;
  const StoreMemory memory_;
  std::unique_ptr<KafkaTransport> transport_;
  events::KafkaHandle member_;
  std::atomic<int> partitions_ = 0;  // of the input; 0: not known yet
  std::atomic<bool> fenced_ = false;
  mutable std::shared_mutex mutex_;  // guards running_
  std::map<int, Running> running_;
  std::jthread thread_;
};

}  // namespace fiscus::monitor
