#include "services/monitor/engine/engine.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <utility>

#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/runtime/failpoint.h"
#include "libs/runtime/log.h"

namespace fiscus::monitor {
namespace {

constexpr int kPollMs = 100;
constexpr size_t kProjectsPerPartitionMin = 1000;

}  // namespace

Engine::Engine(const RuleSet& rules, const config::v1::Kafka& kafka, EngineOptions options)
    : rules_(rules),
      kafka_(kafka),
      options_(std::move(options)),
      memory_(MakeStoreMemory(options_.block_cache_bytes, options_.write_buffer_bytes)) {}

Engine::~Engine() { Stop(); }

absl::Status Engine::Start() {
  std::error_code error;
  std::filesystem::create_directories(options_.state_directory, error);
  if (error) return absl::UnavailableError(options_.state_directory + ": " + error.message());
  ASSIGN_OR_RETURN(const std::string instance, InstanceId());
  ASSIGN_OR_RETURN(transport_, KafkaTransport::Make(kafka_));
  ASSIGN_OR_RETURN(
      member_,
      events::MakeKafka(RD_KAFKA_CONSUMER,
                        {{"bootstrap.servers", kafka_.brokers()},
                         {"client.id", "fiscus-monitor-member"},
                         {"group.id", options_.group},
                         {"group.instance.id", instance},
                         {"enable.auto.commit", "false"},
                         {"enable.auto.offset.store", "false"},
                         {"auto.offset.reset", "error"},
                         {"partition.assignment.strategy", "cooperative-sticky"},
                         {"session.timeout.ms", std::to_string(options_.session_timeout_ms)},
                         {"heartbeat.interval.ms", std::to_string(options_.session_timeout_ms / 6)},
                         {"topic.metadata.refresh.interval.ms", "10000"},
                         {"queued.min.messages", "1"}},
                        {.rebalance = &Engine::OnRebalance, .opaque = this}));
  rd_kafka_poll_set_consumer(member_.get());
  const events::KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), kafka_.facts_topic().c_str(),
                                    RD_KAFKA_PARTITION_UA);
  if (const rd_kafka_resp_err_t failed = rd_kafka_subscribe(member_.get(), topics.get())) {
    return absl::InternalError(std::string("subscribing: ") + rd_kafka_err2str(failed));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Membership(stop); });
  return absl::OkStatus();
}

void Engine::Stop() {
  if (member_ == nullptr) return;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  member_.reset();
  transport_.reset();
}

void Engine::Membership(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    LearnPartitions();
    // Serves rebalances. Partitions are paused, so a message is one that slipped in before the
    // pause; nobody reads it here.
    const events::KafkaMessage message(rd_kafka_consumer_poll(member_.get(), kPollMs));
    LookForFencing();
  }
  rd_kafka_consumer_close(member_.get());  // revokes, which stops the workers
  Revoke(Assigned());                      // what a close that failed has left
}

std::vector<int> Engine::Assigned() const {
  std::vector<int> partitions;
  const std::shared_lock lock(mutex_);
  for (const auto& [partition, running] : running_) partitions.push_back(partition);
  return partitions;
}

// The instance's name in the group; it lies beside the state, because that is what makes it worth
// getting the same partitions again. At first it follows from host and directory: an instance that
// lost its disk takes its old place at once instead of waiting until the group gave it up.
absl::StatusOr<std::string> Engine::InstanceId() const {
  const std::string path = options_.state_directory + "/instance";
  std::string id;
  std::ifstream(path) >> id;
  if (IsUuid(id)) return id;
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  id = NamedUuid("fiscus/monitor/instance",
                 std::string(host) + "\n" + std::filesystem::absolute(path).string());
  std::ofstream out(path);
  out << id << '\n';
  out.close();
  if (!out) return absl::UnavailableError(path + " cannot be written");
  return id;
}

void Engine::LookForFencing() {
  if (fenced_) return;
  char text[256];
  if (rd_kafka_fatal_error(member_.get(), text, sizeof text) == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  fenced_ = true;
  log::Error("no longer a member of the group, stopped", {{"error", text}});
  Revoke(Assigned());
}

void Engine::LearnPartitions() {
  if (partitions_ != 0) return;
  const absl::StatusOr<int> count = transport_->Partitions();
  if (count.ok()) {
    partitions_ = *count;
  } else {
    log::Warning("waiting for the topics", {{"error", count.status().ToString()}});
  }
}

void Engine::OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                         rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto* engine = static_cast<Engine*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    // An explicit offset: the group's are never asked for.
    for (int i = 0; i < partitions->cnt; ++i) partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    if (rd_kafka_error_t* failed = rd_kafka_incremental_assign(handle, partitions)) {
      log::Error("assignment failed", {{"error", rd_kafka_error_string(failed)}});
      rd_kafka_error_destroy(failed);
      return;
    }
    rd_kafka_pause_partitions(handle, partitions);
    engine->Assign(*partitions);
    return;
  }
  std::vector<int> gone;
  for (int i = 0; i < partitions->cnt; ++i) gone.push_back(partitions->elems[i].partition);
  // The workers stop first: while one still writes, nobody else may own its partition.
  engine->Revoke(gone);
  if (rd_kafka_error_t* failed = rd_kafka_incremental_unassign(handle, partitions)) {
    log::Warning("unassignment failed", {{"error", rd_kafka_error_string(failed)}});
    rd_kafka_error_destroy(failed);
  }
}

void Engine::Assign(const rd_kafka_topic_partition_list_t& partitions) {
  const std::unique_lock lock(mutex_);
  for (int i = 0; i < partitions.cnt; ++i) {
    const int partition = partitions.elems[i].partition;
    if (running_.contains(partition)) continue;
    Running running;
    running.worker = std::make_unique<PartitionWorker>(partition, rules_, memory_,
                                                       OptionsOf(partition), *transport_);
    running.thread = std::jthread(
        [worker = running.worker.get()](const std::stop_token& stop) { worker->Run(stop); });
    running_.emplace(partition, std::move(running));
    log::Info("partition assigned", {{"partition", partition}});
  }
}

void Engine::Revoke(const std::vector<int>& partitions) {
  std::vector<Running> stopping;
  {
    const std::unique_lock lock(mutex_);
    for (const int partition : partitions) {
      const auto found = running_.find(partition);
      if (found == running_.end()) continue;
      stopping.push_back(std::move(found->second));
      running_.erase(found);
    }
  }
  for (Running& running : stopping) running.thread.request_stop();
  for (Running& running : stopping) {
    running.thread.join();
    log::Info("partition released", {{"partition", running.worker->partition()}});
  }
}

WorkerOptions Engine::OptionsOf(int partition) const {
  WorkerOptions options;
  options.directory = options_.state_directory + "/partition-" + std::to_string(partition);
  options.batch_max = options_.batch_max;
  options.projects_max =
      std::max(kProjectsPerPartitionMin,
               static_cast<size_t>(options_.projects_max / std::max(1, partitions_.load())));
  for (const auto& [place, decision] : options_.overrides) {
    if (place.first == partition) options.overrides.emplace(place.second, decision);
  }
  options.reach = [](const char* point) {
    failpoint::Reach(point);
    return absl::OkStatus();
  };
  return options;
}

void Engine::Visit(const std::function<bool(const Held&)>& visit) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [partition, running] : running_) {
    if (!visit({partition, running.worker->View(), &running.worker->totals()})) return;
  }
}

bool Engine::HoldsAll() const {
  const std::shared_lock lock(mutex_);
  const bool open = std::all_of(running_.begin(), running_.end(), [](const auto& one) {
    return one.second.worker->View().store != nullptr;
  });
  return partitions_ != 0 && static_cast<int>(running_.size()) == partitions_ && open;
}

absl::StatusOr<int64_t> Engine::LogEnd(int partition) const {
  ASSIGN_OR_RETURN(const LogBounds bounds, transport_->InputBounds(partition));
  return bounds.end;
}

}  // namespace fiscus::monitor
