// Kafka for the workers of one process (librdkafka's C API). Thread-safe except for the InputLogs,
// which belong to their workers.
//
// Input is read by partition at explicit offsets, outside any group; auto.offset.reset=error, so
// that a missing offset is reported and never jumped. Outputs go through one idempotent producer
// (acks=all) that never gives a message up: giving up would let a later one of the same key
// overtake it. A producer that met a fatal error is replaced; what it held counts as not delivered,
// so that the workers send their outboxes again, in order, through the next.
#pragma once

#include <librdkafka/rdkafka.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "fiscus/config/v1/config.pb.h"
#include "libs/events/kafka_client.h"
#include "services/monitor/engine/transport.h"

namespace fiscus::monitor {

class KafkaTransport final : public Transport {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaTransport>> Make(const config::v1::Kafka& kafka);
  ~KafkaTransport() override;

  // Partitions of the input; FAILED_PRECONDITION if the changelog has fewer. UNAVAILABLE while the
  // brokers do not answer.
  absl::StatusOr<int> Partitions();

  absl::StatusOr<std::unique_ptr<InputLog>> OpenInput(int partition, int64_t offset) override;
  absl::StatusOr<LogBounds> InputBounds(int partition) override;
  absl::Status Publish(const Output& output, Delivery& delivery,
                       const std::stop_token& stop) override;
  absl::Status LogState(int partition, std::string_view key, std::string_view value,
                        Delivery& delivery, const std::stop_token& stop) override;
  void AwaitAcks(absl::Duration wait) override;
  void Retire(std::unique_ptr<Delivery> delivery) override;
  absl::Status ReadChangelog(
      int partition, int64_t from,
      absl::FunctionRef<void(std::string_view, std::string_view)> visit) override;
  absl::StatusOr<LogBounds> ChangelogBounds(int partition) override;

  // The producer in use.
  std::shared_ptr<rd_kafka_t> producer() const;

 private:
  explicit KafkaTransport(config::v1::Kafka kafka) : kafka_(std::move(kafka)) {}
  static absl::StatusOr<events::KafkaHandle> MakeProducer(const config::v1::Kafka& kafka);
  absl::Status Produce(const std::string& topic, int partition, std::string_view key,
                       std::string_view value, rd_kafka_headers_t* headers, Delivery& delivery,
                       const std::stop_token& stop);
  static void OnDelivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  void PollProducer(const std::stop_token& stop);
  void ReplaceProducer(std::string_view why);

  const config::v1::Kafka kafka_;
  events::KafkaHandle reader_;         // input
  events::KafkaHandle changelog_;      // reads of the changelog, with end-of-partition marks
  mutable std::mutex producer_mutex_;  // guards producer_, which only the poller replaces
  std::shared_ptr<rd_kafka_t> producer_;
  std::mutex mutex_;
  std::condition_variable acknowledged_;
  std::vector<std::unique_ptr<Delivery>> retired_;
  std::jthread poller_;
};

}  // namespace fiscus::monitor
