#include "services/monitor/engine/kafka_transport.h"

#include <charconv>
#include <utility>

#include "libs/core/status.h"
#include "libs/runtime/log.h"

namespace fiscus::monitor {
namespace {

constexpr int kQueryTimeoutMs = 5000;
constexpr int kPollMs = 100;
constexpr int kEmptyingMaxMs =
    10'000;  // of a producer that was purged; it takes as long as its reports
constexpr int kChangelogSilenceMs =
    10'000;  // a broker that says nothing for so long while a changelog is read is down
constexpr size_t kChangelogBatch = 1000;
constexpr absl::Duration kQueueFullPause = absl::Milliseconds(20);

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;

absl::Status FromKafka(rd_kafka_resp_err_t error, std::string_view what) {
  return absl::UnavailableError(std::string(what) + ": " + rd_kafka_err2str(error));
}

bool IsOutOfRange(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
         error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET;
}

std::string_view KeyOf(const rd_kafka_message_t& m) {
  return {static_cast<const char*>(m.key), m.key_len};
}
std::string_view ValueOf(const rd_kafka_message_t& m) {
  return {static_cast<const char*>(m.payload), m.len};
}

// Reads the CloudEvents attributes in one pass over the headers.
Input ToInput(const rd_kafka_message_t& message) {
  Input input;
  input.offset = message.offset;
  input.key = KeyOf(message);
  input.value = ValueOf(message);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return input;
  const char* name = nullptr;
  const void* data = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &data, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    const std::string_view key(name);
    const std::string_view value(static_cast<const char*>(data), data == nullptr ? 0 : size);
    if (key == "ce_type") {
      input.type = value;
    } else if (key == "ce_id") {
      input.head.id = value;
    } else if (key == "ce_time") {
      input.head.time = value;
    } else if (key == "ce_tenantid") {
      input.head.tenant = value;
    } else if (key == "ce_aggregate") {
      input.head.aggregate = value;
    } else if (key == "ce_sequence") {
      std::from_chars(value.data(), value.data() + value.size(), input.head.sequence);
    } else if (key == "traceparent") {
      input.head.traceparent = value;
    }
  }
  return input;
}

// One partition at explicit offsets.
class KafkaLog final : public InputLog {
 public:
  KafkaLog(Topic topic, int partition) : topic_(std::move(topic)), partition_(partition) {}
  ~KafkaLog() override {
    Release();
    if (started_) rd_kafka_consume_stop(topic_.get(), partition_);
  }

  absl::StatusOr<std::vector<Input>> Poll(int max, absl::Duration wait) override {
    Release();
    if (const rd_kafka_resp_err_t error = std::exchange(pending_, RD_KAFKA_RESP_ERR_NO_ERROR))
      return Fault(error);
    // Waits for the first record only: what lies behind it is taken as it is, so that batches grow
    // with the load and an idle log costs no latency.
    rd_kafka_message_t* first = rd_kafka_consume(topic_.get(), partition_,
                                                 static_cast<int>(absl::ToInt64Milliseconds(wait)));
    std::vector<Input> inputs;
    if (first == nullptr || !Take(first, inputs)) return Result(std::move(inputs));
    more_.resize(static_cast<size_t>(max - 1));
    const ssize_t count =
        max > 1 ? rd_kafka_consume_batch(topic_.get(), partition_, 0, more_.data(), more_.size())
                : 0;
    bool good = true;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = more_[static_cast<size_t>(i)];
      if (good) {
        good = Take(message, inputs);
      } else {
        rd_kafka_message_destroy(message);
      }
    }
    return Result(std::move(inputs));
  }

  absl::Status Seek(int64_t offset) override {
    Release();
    pending_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (std::exchange(started_, false)) rd_kafka_consume_stop(topic_.get(), partition_);
    if (rd_kafka_consume_start(topic_.get(), partition_, offset) == -1)
      return FromKafka(rd_kafka_last_error(), "reading");
    started_ = true;
    return absl::OkStatus();
  }

 private:
  static absl::Status Fault(rd_kafka_resp_err_t error) {
    if (IsOutOfRange(error)) return absl::DataLossError("the log does not hold the next offset");
    return FromKafka(error, "reading");
  }
  // What was read before an error is handed out first.
  absl::StatusOr<std::vector<Input>> Result(std::vector<Input> inputs) {
    if (!inputs.empty() || pending_ == RD_KAFKA_RESP_ERR_NO_ERROR) return inputs;
    return Fault(std::exchange(pending_, RD_KAFKA_RESP_ERR_NO_ERROR));
  }
  bool Take(rd_kafka_message_t* message, std::vector<Input>& inputs) {
    messages_.push_back(message);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      inputs.push_back(ToInput(*message));
      return true;
    }
    pending_ = message->err;
    return false;
  }
  void Release() {
    for (rd_kafka_message_t* message : messages_) rd_kafka_message_destroy(message);
    messages_.clear();
  }

  Topic topic_;
  const int partition_;
  bool started_ = false;
  rd_kafka_resp_err_t pending_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::vector<rd_kafka_message_t*> messages_;  // to which the inputs point
  std::vector<rd_kafka_message_t*> more_;
};

rd_kafka_headers_t* HeadersOf(const Output& output) {
  const std::string sequence = std::to_string(output.sequence);
  const std::string type(TypeOf(output.topic));
  const std::pair<const char*, const std::string&> pairs[] = {{"ce_id", output.id},
                                                              {"ce_type", type},
                                                              {"ce_subject", output.subject},
                                                              {"ce_time", output.time},
                                                              {"ce_tenantid", output.tenant},
                                                              {"ce_aggregate", output.aggregate},
                                                              {"ce_sequence", sequence},
                                                              {"ce_partitionkey", output.key},
                                                              {"traceparent", output.traceparent}};
  rd_kafka_headers_t* headers = rd_kafka_headers_new(std::size(pairs) + 3);
  rd_kafka_header_add(headers, "ce_specversion", -1, "1.0", -1);
  rd_kafka_header_add(headers, "ce_source", -1, "fiscus/monitor", -1);
  rd_kafka_header_add(headers, "content-type", -1, "application/protobuf", -1);
  for (const auto& [name, value] : pairs) {
    rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  }
  return headers;
}

absl::StatusOr<LogBounds> Bounds(rd_kafka_t* handle, const std::string& topic, int partition) {
  LogBounds bounds;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      handle, topic.c_str(), partition, &bounds.first, &bounds.end, kQueryTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return FromKafka(error, "asking for offsets of " + topic);
  return bounds;
}

// Reports all that a producer holds as not delivered. A report that came later, while the producer
// goes, would find its delivery too.
void Empty(rd_kafka_t& producer) {
  rd_kafka_purge(&producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(&producer, kEmptyingMaxMs);
}

}  // namespace

absl::StatusOr<events::KafkaHandle> KafkaTransport::MakeProducer(const config::v1::Kafka& kafka) {
  return events::MakeKafka(RD_KAFKA_PRODUCER,
                           {{"bootstrap.servers", kafka.brokers()},
                            {"client.id", "fiscus-monitor"},
                            {"enable.idempotence", "true"},
                            {"acks", "all"},
                            {"message.timeout.ms", "0"},
                            {"linger.ms", "1"},
                            {"compression.type", "lz4"},
                            {"partitioner", "murmur2_random"},
                            {"message.max.bytes", "4194304"},
                            {"queue.buffering.max.messages", "200000"},
                            {"queue.buffering.max.kbytes", "131072"}},
                           {.delivery_report = &KafkaTransport::OnDelivery});
}

absl::StatusOr<std::unique_ptr<KafkaTransport>> KafkaTransport::Make(
    const config::v1::Kafka& kafka) {
  // tidy-allow(memory): the constructor is private
  std::unique_ptr<KafkaTransport> made(new KafkaTransport(kafka));
  events::KafkaSettings reading = {
      {"bootstrap.servers", kafka.brokers()},
      {"client.id", "fiscus-monitor"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"fetch.wait.max.ms", "50"},  // a partition that joins waits for the running fetch
      {"queued.min.messages", "5000"},
      {"queued.max.messages.kbytes", "4096"},
      {"fetch.message.max.bytes", "1048576"}};
  ASSIGN_OR_RETURN(made->reader_, events::MakeKafka(RD_KAFKA_CONSUMER, reading, {}));
  reading["enable.partition.eof"] = "true";
  ASSIGN_OR_RETURN(made->changelog_, events::MakeKafka(RD_KAFKA_CONSUMER, reading, {}));
  ASSIGN_OR_RETURN(made->producer_, MakeProducer(kafka));
  made->poller_ =
      std::jthread([raw = made.get()](const std::stop_token& stop) { raw->PollProducer(stop); });
  return made;
}

KafkaTransport::~KafkaTransport() {
  poller_.request_stop();
  if (poller_.joinable()) poller_.join();
  // What is not acknowledged stays in the outboxes.
  Empty(*producer_);
  producer_.reset();
}

std::shared_ptr<rd_kafka_t> KafkaTransport::producer() const {
  const std::lock_guard lock(producer_mutex_);
  return producer_;
}

absl::StatusOr<int> KafkaTransport::Partitions() {
  ASSIGN_OR_RETURN(const int input,
                   events::PartitionCount(reader_.get(), kafka_.facts_topic(), kQueryTimeoutMs));
  ASSIGN_OR_RETURN(const int log, events::PartitionCount(changelog_.get(), kafka_.changelog_topic(),
                                                         kQueryTimeoutMs));
  if (log < input) {
    return absl::FailedPreconditionError(kafka_.changelog_topic() +
                                         " needs as many partitions as " + kafka_.facts_topic());
  }
  return input;
}

absl::StatusOr<std::unique_ptr<InputLog>> KafkaTransport::OpenInput(int partition, int64_t offset) {
  auto log = std::make_unique<KafkaLog>(
      Topic(rd_kafka_topic_new(reader_.get(), kafka_.facts_topic().c_str(), nullptr)), partition);
  RETURN_IF_ERROR(log->Seek(offset));
  return log;
}

absl::StatusOr<LogBounds> KafkaTransport::InputBounds(int partition) {
  return Bounds(reader_.get(), kafka_.facts_topic(), partition);
}

absl::StatusOr<LogBounds> KafkaTransport::ChangelogBounds(int partition) {
  return Bounds(changelog_.get(), kafka_.changelog_topic(), partition);
}

absl::Status KafkaTransport::Publish(const Output& output, Delivery& delivery,
                                     const std::stop_token& stop) {
  const std::string& topic = output.topic == OutputTopic::kIndicators ? kafka_.indicators_topic()
                                                                      : kafka_.warnings_topic();
  return Produce(topic, RD_KAFKA_PARTITION_UA, output.key, output.value, HeadersOf(output),
                 delivery, stop);
}

absl::Status KafkaTransport::LogState(int partition, std::string_view key, std::string_view value,
                                      Delivery& delivery, const std::stop_token& stop) {
  return Produce(kafka_.changelog_topic(), partition, key, value, nullptr, delivery, stop);
}

absl::Status KafkaTransport::Produce(const std::string& topic, int partition, std::string_view key,
                                     std::string_view value, rd_kafka_headers_t* headers,
                                     Delivery& delivery, const std::stop_token& stop) {
  delivery.waiting.fetch_add(1, std::memory_order_relaxed);
  for (;;) {
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(producer().get(), RD_KAFKA_V_TOPIC(topic.c_str()),
                          RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key.data(), key.size()),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()),
                                           value.size()),  // NOLINT: copied, not changed
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
                          RD_KAFKA_V_OPAQUE(&delivery), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    const bool full = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    if (full && !stop.stop_requested()) {
      AwaitAcks(kQueueFullPause);
      continue;
    }
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    delivery.waiting.fetch_sub(1, std::memory_order_release);
    return full ? absl::CancelledError("stopped while Kafka takes no more")
                : FromKafka(error, "producing to " + topic);
  }
}

void KafkaTransport::OnDelivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message,
                                void* /*opaque*/) {
  auto* delivery = static_cast<Delivery*>(message->_private);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    delivery->failed = true;
    if (message->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE &&
        message->err != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
      log::Error("output not delivered", {{"error", rd_kafka_err2str(message->err)}});
    }
  }
  delivery->waiting.fetch_sub(1, std::memory_order_release);
}

void KafkaTransport::PollProducer(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool heard = rd_kafka_poll(producer_.get(), kPollMs) > 0;
    char why[256];
    if (rd_kafka_fatal_error(producer_.get(), why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      ReplaceProducer(why);
      heard = true;
    }
    if (!heard) continue;
    // The lock orders the notification behind a waiter's look at the deliveries.
    {
      const std::lock_guard lock(mutex_);
    }
    acknowledged_.notify_all();
  }
}

// A worker that still holds the old producer is refused by it and opens its partition anew.
void KafkaTransport::ReplaceProducer(std::string_view why) {
  log::Error("the producer is of no use any more, making another", {{"error", std::string(why)}});
  absl::StatusOr<events::KafkaHandle> made = MakeProducer(kafka_);
  if (!made.ok()) {
    log::Error("no producer", {{"error", made.status().ToString()}});
    return;  // the next poll tries again
  }
  std::shared_ptr<rd_kafka_t> next = *std::move(made);
  {
    const std::lock_guard lock(producer_mutex_);
    producer_.swap(next);
  }
  Empty(*next);
}

void KafkaTransport::AwaitAcks(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  acknowledged_.wait_for(lock, absl::ToChronoMilliseconds(wait));
}

void KafkaTransport::Retire(std::unique_ptr<Delivery> delivery) {
  const std::lock_guard lock(mutex_);
  std::erase_if(retired_, [](const std::unique_ptr<Delivery>& one) { return one->done(); });
  if (!delivery->done()) retired_.push_back(std::move(delivery));
}

absl::Status KafkaTransport::ReadChangelog(
    int partition, int64_t from,
    absl::FunctionRef<void(std::string_view, std::string_view)> visit) {
  const Topic topic(
      rd_kafka_topic_new(changelog_.get(), kafka_.changelog_topic().c_str(), nullptr));
  if (rd_kafka_consume_start(topic.get(), partition, from) == -1)
    return FromKafka(rd_kafka_last_error(), "reading the changelog");
  std::vector<rd_kafka_message_t*> batch(kChangelogBatch);
  absl::Status status;
  for (bool done = false; !done && status.ok();) {
    rd_kafka_message_t* first = rd_kafka_consume(topic.get(), partition, kChangelogSilenceMs);
    if (first == nullptr) {
      status = absl::UnavailableError("the broker says nothing while the changelog is read");
      break;
    }
    batch[0] = first;
    const ssize_t more =
        rd_kafka_consume_batch(topic.get(), partition, 0, batch.data() + 1, batch.size() - 1);
    for (ssize_t i = 0; i <= more || i == 0; ++i) {
      const events::KafkaMessage message(batch[static_cast<size_t>(i)]);
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        done = true;
      } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        status = FromKafka(message->err, "reading the changelog");
      } else if (message->payload != nullptr && !done && status.ok()) {
        visit(KeyOf(*message), ValueOf(*message));
      }
    }
  }
  rd_kafka_consume_stop(topic.get(), partition);
  return status;
}

}  // namespace fiscus::monitor
