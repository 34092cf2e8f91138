#include "libs/events/kafka_client.h"

#include "libs/runtime/log.h"

namespace fiscus::events {
namespace {

void LogLine(const rd_kafka_t* /*handle*/, int level, const char* facility, const char* text) {
  // syslog levels: 0–3 errors. librdkafka's warnings about reconnects are normal while a broker
  // restarts.
  if (level <= 3) {
    log::Warning("kafka", {{"facility", facility}, {"text", text}});
  } else {
    log::Debug("kafka", {{"facility", facility}, {"text", text}});
  }
}

}  // namespace

absl::StatusOr<KafkaHandle> MakeKafka(rd_kafka_type_t type, const KafkaSettings& settings,
                                      const KafkaCallbacks& callbacks) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError("kafka setting " + name + ": " + error);
    }
  }
  rd_kafka_conf_set_log_cb(conf, LogLine);
  rd_kafka_conf_set_opaque(conf, callbacks.opaque);
  if (callbacks.delivery_report != nullptr)
    rd_kafka_conf_set_dr_msg_cb(conf, callbacks.delivery_report);
  if (callbacks.rebalance != nullptr) rd_kafka_conf_set_rebalance_cb(conf, callbacks.rebalance);
  rd_kafka_t* handle = rd_kafka_new(type, conf, error, sizeof error);
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::InternalError(std::string("kafka: ") + error);
  }
  return KafkaHandle(handle);
}

absl::StatusOr<int> PartitionCount(rd_kafka_t* handle, const std::string& topic, int timeout_ms) {
  rd_kafka_topic_t* local = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
  const struct rd_kafka_metadata* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(handle, 0, local, &metadata, timeout_ms);
  int count = 0;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1 &&
      metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    count = metadata->topics[0].partition_cnt;
  }
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(local);
  if (count == 0)
    return absl::UnavailableError("topic " + topic + " is not known: " + rd_kafka_err2str(error));
  return count;
}

std::string HeaderText(const rd_kafka_message_t& message, const char* name) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return "";
  const void* value = nullptr;
  size_t size = 0;
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return "";
  return {static_cast<const char*>(value), size};
}

}  // namespace fiscus::events
