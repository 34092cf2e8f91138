// Small RAII over librdkafka's C API: the only place that makes producers and consumers of the
// relay and the PostgreSQL consumer.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fiscus::events {

struct KafkaDeleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaDeleter>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, KafkaDeleter>;
using KafkaPartitions = std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaDeleter>;

using KafkaSettings = std::map<std::string, std::string>;

// `opaque` is handed to the callbacks.
struct KafkaCallbacks {
  void (*delivery_report)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;
  void (*rebalance)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*,
                    void*) = nullptr;
  void* opaque = nullptr;
};

absl::StatusOr<KafkaHandle> MakeKafka(rd_kafka_type_t type, const KafkaSettings& settings,
                                      const KafkaCallbacks& callbacks);

// Number of partitions of a topic; UNAVAILABLE while the brokers do not answer or the topic does
// not exist.
absl::StatusOr<int> PartitionCount(rd_kafka_t* handle, const std::string& topic, int timeout_ms);

// A header's value; "" if absent.
std::string HeaderText(const rd_kafka_message_t& message, const char* name);

}  // namespace fiscus::events
