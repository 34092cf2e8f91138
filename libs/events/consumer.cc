#include "libs/events/consumer.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <thread>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/events/kafka_client.h"
#include "libs/events/queries.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/failpoint.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::events {
namespace {

constexpr int kPollMs = 100;
constexpr int kSessionTimeoutMs = 10'000;
constexpr int kWatermarkTimeoutMs = 5'000;
constexpr absl::Duration kRecordTimeLimit = absl::Seconds(10);
constexpr absl::Duration kPauseFirst = absl::Milliseconds(100);
constexpr absl::Duration kPauseMax = absl::Seconds(5);

// What became of a record.
enum class Outcome { kApplied, kPassedOver };

Record ToRecord(const rd_kafka_message_t& message) {
  Record record{.topic = rd_kafka_topic_name(message.rkt),
                .partition = message.partition,
                .offset = message.offset,
                .key = std::string(static_cast<const char*>(message.key), message.key_len),
                .id = HeaderText(message, "ce_id"),
                .type = HeaderText(message, "ce_type"),
                .source = HeaderText(message, "ce_source"),
                .tenant = HeaderText(message, "ce_tenantid"),
                .aggregate = HeaderText(message, "ce_aggregate"),
                .actor = HeaderText(message, "ce_actor"),
                .traceparent = HeaderText(message, "traceparent"),
                .payload = std::string(static_cast<const char*>(message.payload), message.len)};
  const std::string sequence = HeaderText(message, "ce_sequence");
  std::from_chars(sequence.data(), sequence.data() + sequence.size(), record.sequence);
  record.time = ParseTimestamp(HeaderText(message, "ce_time")).value_or(absl::InfinitePast());
  return record;
}

}  // namespace

struct Consumer::Impl {
  Impl(pg::Database& database, config::v1::Kafka kafka, std::string name, std::string topic)
      : database(database),
        kafka(std::move(kafka)),
        name(std::move(name)),
        topic(std::move(topic)) {}

  static void OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  absl::Status Assign(rd_kafka_topic_partition_list_t* partitions);
  absl::StatusOr<int64_t> StartOffset(int partition);
  absl::Status Connect();
  void Loop(const std::stop_token& stop);
  void ApplyUntilDone(const Record& record, const std::stop_token& stop);
  absl::StatusOr<Outcome> Apply(const Record& record);
  absl::Status ApplyIn(pg::Tx& tx, const Record& record, Outcome* outcome);
  absl::Status PutAside(const Record& record, const absl::Status& reason);

  pg::Database& database;
  const config::v1::Kafka kafka;
  const std::string name;
  const std::string topic;
  std::map<std::string, Handler> handlers;
  KafkaHandle consumer;
  bool halted = false;  // leave this connection and start over; only the loop's thread uses it
  std::jthread thread;
};

void Consumer::Impl::OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                                 rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto* self = static_cast<Impl*>(opaque);
  if (error != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(handle, nullptr);
    return;
  }
  const absl::Status status = self->Assign(partitions);
  if (!status.ok()) {
    // Without offsets we take nothing; the loop makes a new consumer and tries again.
    log::Error("partitions not taken",
               {{"consumer", self->name}, {"error", std::string(status.message())}});
    rd_kafka_assign(handle, nullptr);
    self->halted = true;
    return;
  }
  rd_kafka_assign(handle, partitions);
}

// The stored offset; the very beginning of the log where none is stored. An error if the log no
// longer holds it.
absl::StatusOr<int64_t> Consumer::Impl::StartOffset(int partition) {
  int64_t stored = 0;
  RETURN_IF_ERROR(
      database.Read("", SystemClock().Now() + kRecordTimeLimit, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(
            const pg::Rows rows,
            tx.Run(sql::kLoadOffset, pg::Args().Text(name).Text(topic).Int(partition)));
        stored = rows.empty() ? 0 : rows[0].Int("next_offset");
        return absl::OkStatus();
      }));
  int64_t low = 0;
  int64_t high = 0;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      consumer.get(), topic.c_str(), partition, &low, &high, kWatermarkTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return absl::UnavailableError(rd_kafka_err2str(error));
  if (stored < low || stored > high) {
    return absl::DataLossError("partition " + std::to_string(partition) + " holds offsets " +
                               std::to_string(low) + ".." + std::to_string(high) +
                               ", but the next one to read is " + std::to_string(stored) +
                               "; republish the topic from the outbox, records would be missed");
  }
  return stored;
}

absl::Status Consumer::Impl::Assign(rd_kafka_topic_partition_list_t* partitions) {
  for (int i = 0; i < partitions->cnt; ++i) {
    ASSIGN_OR_RETURN(partitions->elems[i].offset, StartOffset(partitions->elems[i].partition));
  }
  log::Info("partitions taken", {{"consumer", name}, {"partitions", partitions->cnt}});
  return absl::OkStatus();
}

absl::Status Consumer::Impl::Connect() {
  const std::string group = kafka.group().empty() ? name : kafka.group();
  ASSIGN_OR_RETURN(consumer, MakeKafka(RD_KAFKA_CONSUMER,
                                       {{"bootstrap.servers", kafka.brokers()},
                                        {"group.id", group},
                                        {"client.id", name},
                                        {"enable.auto.commit", "false"},
                                        {"enable.auto.offset.store", "false"},
                                        {"auto.offset.reset", "error"},
                                        {"session.timeout.ms", std::to_string(kSessionTimeoutMs)},
                                        {"partition.assignment.strategy", "range"},
                                        {"fetch.wait.max.ms", "50"}},
                                       {.rebalance = OnRebalance, .opaque = this}));
  rd_kafka_poll_set_consumer(consumer.get());
  const KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer.get(), topics.get());
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? absl::OkStatus()
                                             : absl::UnavailableError(rd_kafka_err2str(error));
}

absl::Status Consumer::Impl::ApplyIn(pg::Tx& tx, const Record& record, Outcome* outcome) {
  // The offset row is the fence: another holder of the partition waits here and then sees that the
  // record is done.
  ASSIGN_OR_RETURN(
      const pg::Rows offset,
      tx.Run(sql::kLockOffset, pg::Args().Text(name).Text(topic).Int(record.partition)));
  *outcome = Outcome::kPassedOver;
  if (offset[0].Int("next_offset") > record.offset) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const pg::Rows last,
      tx.Run(
          sql::kLoadSequence,
          pg::Args().Text(name).Int(record.partition).Text(record.tenant).Text(record.aggregate)));
  const int64_t last_sequence = last.empty() ? 0 : last[0].Int("last_sequence");
  if (record.sequence > last_sequence + 1) {
    return absl::DataLossError("gap in " + record.aggregate + ": " +
                               std::to_string(record.sequence) + " after " +
                               std::to_string(last_sequence));
  }
  if (record.sequence == last_sequence + 1) {
    const auto handler = handlers.find(record.type);
    if (handler != handlers.end()) {
      RETURN_IF_ERROR(handler->second(tx, record));
      *outcome = Outcome::kApplied;
    }
    RETURN_IF_ERROR(tx.Run(sql::kSaveSequence, pg::Args()
                                                   .Text(name)
                                                   .Int(record.partition)
                                                   .Text(record.tenant)
                                                   .Text(record.aggregate)
                                                   .Int(record.sequence))
                        .status());
  }
  return tx.RunExactly(
      1, sql::kSaveOffset,
      pg::Args().Text(name).Text(topic).Int(record.partition).Int(record.offset + 1));
}

absl::StatusOr<Outcome> Consumer::Impl::Apply(const Record& record) {
  Outcome outcome = Outcome::kPassedOver;
  failpoint::Reach("consumer.before_apply");
  RETURN_IF_ERROR(database.Write(record.tenant, SystemClock().Now() + kRecordTimeLimit,
                                 [&](pg::Tx& tx) { return ApplyIn(tx, record, &outcome); }));
  failpoint::Reach("consumer.after_apply");
  return outcome;
}

absl::Status Consumer::Impl::PutAside(const Record& record, const absl::Status& reason) {
  log::Error("record put aside", {{"consumer", name},
                                  {"topic", topic},
                                  {"partition", record.partition},
                                  {"offset", record.offset},
                                  {"error", std::string(reason.message())}});
  metrics::Counter("fiscus_consumer_dead_letters_total", "Records that can never be applied",
                   {{"consumer", name}})
      .Increment();
  return database.Write(
      record.tenant, SystemClock().Now() + kRecordTimeLimit, [&](pg::Tx& tx) -> absl::Status {
        RETURN_IF_ERROR(
            tx.Run(sql::kLockOffset, pg::Args().Text(name).Text(topic).Int(record.partition))
                .status());
        RETURN_IF_ERROR(tx.Run(sql::kInsertDeadLetter, pg::Args()
                                                           .Text(name)
                                                           .Text(topic)
                                                           .Int(record.partition)
                                                           .Int(record.offset)
                                                           .Text(std::string(reason.message()))
                                                           .Text(record.type)
                                                           .Bytes(record.payload))
                            .status());
        if (!record.aggregate.empty() && record.sequence > 0) {
          RETURN_IF_ERROR(tx.Run(sql::kSaveSequence, pg::Args()
                                                         .Text(name)
                                                         .Int(record.partition)
                                                         .Text(record.tenant)
                                                         .Text(record.aggregate)
                                                         .Int(record.sequence))
                              .status());
        }
        return tx.RunExactly(
            1, sql::kSaveOffset,
            pg::Args().Text(name).Text(topic).Int(record.partition).Int(record.offset + 1));
      });
}

// Applies one record, for as long as it takes: order is kept, nothing is skipped.
void Consumer::Impl::ApplyUntilDone(const Record& record, const std::stop_token& stop) {
  prometheus::Gauge& halted_gauge =
      metrics::Gauge("fiscus_consumer_halted", "1 while a gap or an error holds the consumer",
                     {{"consumer", name}});
  absl::Duration pause = kPauseFirst;
  while (!stop.stop_requested() && !halted) {
    const bool malformed = record.type.empty() || record.tenant.empty() ||
                           record.aggregate.empty() || record.sequence <= 0;
    const absl::StatusOr<Outcome> outcome =
        malformed ? absl::InvalidArgumentError("CloudEvents headers are missing") : Apply(record);
    absl::Status status = outcome.status();
    if (status.code() == absl::StatusCode::kInvalidArgument) status = PutAside(record, status);
    if (status.ok()) {
      halted_gauge.Set(0);
      return;
    }
    halted_gauge.Set(1);
    log::Error("consumer waits", {{"consumer", name},
                                  {"partition", record.partition},
                                  {"offset", record.offset},
                                  {"error", std::string(status.message())}});
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
    pause = std::min(pause * 2, kPauseMax);
    // Keeps the membership alive and lets a rebalance take the partition away; pauses deliver no
    // records.
    KafkaPartitions assigned;
    rd_kafka_topic_partition_list_t* list = nullptr;
    if (rd_kafka_assignment(consumer.get(), &list) == RD_KAFKA_RESP_ERR_NO_ERROR)
      assigned.reset(list);
    if (assigned == nullptr || assigned->cnt == 0) return;
    rd_kafka_pause_partitions(consumer.get(), assigned.get());
    const KafkaMessage unexpected(rd_kafka_consumer_poll(consumer.get(), 0));
    rd_kafka_resume_partitions(consumer.get(), assigned.get());
    if (unexpected != nullptr && unexpected->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      halted = true;  // start over from the stored offset
  }
}

void Consumer::Impl::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    halted = false;
    const absl::Status connected = Connect();
    if (!connected.ok())
      log::Warning("consumer cannot connect",
                   {{"consumer", name}, {"error", std::string(connected.message())}});
    while (connected.ok() && !halted && !stop.stop_requested()) {
      const KafkaMessage message(rd_kafka_consumer_poll(consumer.get(), kPollMs));
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ApplyUntilDone(ToRecord(*message), stop);
      } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
        log::Error("the log no longer holds our offset",
                   {{"consumer", name}, {"error", rd_kafka_message_errstr(message.get())}});
        halted = true;
      } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        log::Warning("kafka",
                     {{"consumer", name}, {"error", rd_kafka_message_errstr(message.get())}});
      }
    }
    if (consumer != nullptr) rd_kafka_consumer_close(consumer.get());
    consumer.reset();
    if (!stop.stop_requested())
      std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPauseFirst * 5));
  }
}

Consumer::Consumer(pg::Database& database, const config::v1::Kafka& kafka, std::string name,
                   std::string topic)
    : impl_(std::make_unique<Impl>(database, kafka, std::move(name), std::move(topic))) {}
Consumer::~Consumer() { Stop(); }
void Consumer::Handle(std::string type, Handler handler) {
  impl_->handlers[std::move(type)] = std::move(handler);
}
void Consumer::Start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->Loop(stop); });
}
void Consumer::Stop() {
  impl_->thread.request_stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace fiscus::events
