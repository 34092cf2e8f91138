#include "libs/events/tenant_watch.h"

#include <librdkafka/rdkafka.h>

#include <set>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "libs/core/status.h"
#include "libs/events/kafka_client.h"
#include "libs/runtime/log.h"

namespace fiscus::events {
namespace {

constexpr int kPollMs = 100;
constexpr absl::Duration kErrorPause = absl::Seconds(1);

}  // namespace

struct TenantWatch::Impl {
  Impl(config::v1::Kafka kafka, std::string group, std::string topic, Handler handler)
      : kafka(std::move(kafka)),
        group(std::move(group)),
        topic(std::move(topic)),
        handler(std::move(handler)) {}

  absl::Status Connect();
  absl::Status Meet(const rd_kafka_message_t& message);
  absl::Status Watch(const std::stop_token& stop);
  void Loop(const std::stop_token& stop);

  const config::v1::Kafka kafka;
  const std::string group;
  const std::string topic;
  const Handler handler;
  KafkaHandle consumer;
  std::set<std::string> named;
  std::jthread thread;
};

absl::Status TenantWatch::Impl::Connect() {
  // The group's offset may lag behind what was named, never the other way round: it is stored after
  // the handler.
  ASSIGN_OR_RETURN(consumer, MakeKafka(RD_KAFKA_CONSUMER,
                                       {{"bootstrap.servers", kafka.brokers()},
                                        {"group.id", group},
                                        {"client.id", group},
                                        {"enable.auto.commit", "true"},
                                        {"enable.auto.offset.store", "false"},
                                        {"auto.offset.reset", "earliest"},
                                        {"queued.max.messages.kbytes", "1024"}},
                                       {}));
  rd_kafka_poll_set_consumer(consumer.get());
  const KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer.get(), topics.get());
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? absl::OkStatus()
                                             : absl::UnavailableError(rd_kafka_err2str(error));
}

absl::Status TenantWatch::Impl::Meet(const rd_kafka_message_t& message) {
  const std::string tenant = HeaderText(message, "ce_tenantid");
  if (!tenant.empty() && !named.contains(tenant)) {
    RETURN_IF_ERROR(handler(tenant));
    named.insert(tenant);
  }
  // Fails only for a partition that was taken away meanwhile; its new reader meets the record.
  rd_kafka_offset_store(message.rkt, message.partition, message.offset);
  return absl::OkStatus();
}

absl::Status TenantWatch::Impl::Watch(const std::stop_token& stop) {
  RETURN_IF_ERROR(Connect());
  while (!stop.stop_requested()) {
    const KafkaMessage message(rd_kafka_consumer_poll(consumer.get(), kPollMs));
    if (message == nullptr || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      log::Warning("kafka", {{"watch", group}, {"error", rd_kafka_message_errstr(message.get())}});
      continue;
    }
    RETURN_IF_ERROR(Meet(*message));
  }
  return absl::OkStatus();
}

void TenantWatch::Impl::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const absl::Status status = Watch(stop);
    if (consumer != nullptr) rd_kafka_consumer_close(consumer.get());
    consumer.reset();
    if (status.ok()) continue;
    log::Warning("tenants are not watched, starting over",
                 {{"watch", group}, {"error", std::string(status.message())}});
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kErrorPause));
  }
}

TenantWatch::TenantWatch(const config::v1::Kafka& kafka, std::string group, std::string topic,
                         Handler handler)
    : impl_(std::make_unique<Impl>(kafka, std::move(group), std::move(topic), std::move(handler))) {
}
TenantWatch::~TenantWatch() { Stop(); }
void TenantWatch::Start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->Loop(stop); });
}
void TenantWatch::Stop() {
  impl_->thread.request_stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace fiscus::events
