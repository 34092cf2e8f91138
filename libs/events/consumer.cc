#include "libs/events/consumer.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/events/inbox.h"
#include "libs/events/kafka_client.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::events {
namespace {

constexpr int kPollMs = 100;
constexpr int kSessionTimeoutMs = 10'000;
constexpr int kWatermarkTimeoutMs = 5'000;
constexpr int kSeekTimeoutMs = 5'000;
constexpr absl::Duration kPauseFirst = absl::Milliseconds(100);
constexpr absl::Duration kPauseMax = absl::Seconds(5);
// The lag is measured no more often.
constexpr absl::Duration kLagEvery = absl::Seconds(5);
constexpr int kLagTimeoutMs = 1'000;

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

// A partition that this instance has.
struct Partition {
  int64_t next = 0;            // offset of the record to be applied next
  std::optional<Record> head;  // the record at which the partition stands
  int64_t missing = 0;  // sequence of the head's aggregate that is looked for further on; 0: none
  std::optional<Record> found;  // the missing event, met and not yet applied
  bool paused = false;          // nothing is read
  bool away = false;            // paused, or read further on: to be led back to `next`
  absl::Time retry_at = absl::InfinitePast();
  absl::Duration pause = kPauseFirst;

  bool Waits() const { return head && (missing == 0 || found); }
};

}  // namespace

struct Consumer::Impl {
  Impl(pg::Database& database, config::v1::Kafka kafka, std::string name, std::string topic)
      : inbox(database, name, topic),
        kafka(std::move(kafka)),
        name(std::move(name)),
        topic(std::move(topic)) {}

  static void OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  absl::StatusOr<KafkaPartitions> Take(const rd_kafka_topic_partition_list_t& partitions);
  void Leave();
  absl::Status FindStart(int partition, int64_t* next);
  const Override* DecisionAt(int partition, int64_t offset) const;

  void OnRecord(Record record);
  void Try(int number, Partition& partition);
  absl::StatusOr<int64_t> ApplyHead(const Record& head);
  absl::StatusOr<bool> ApplyFound(int number, Partition& partition);
  void LookFor(int number, Partition& partition, int64_t missing);
  void Wait(int number, Partition& partition, const absl::Status& why);
  void ReadFrom(int number, Partition& partition, int64_t offset);
  void SetPaused(int number, Partition& partition, bool paused);
  void RetryDue();

  void Halted(int number, bool halted, const std::string& why = "");
  void Lag(int number, int64_t records);
  void MeasureLag();
  absl::Status Connect();
  void OnMessage(const rd_kafka_message_t& message);
  void Loop(const std::stop_token& stop);

  Inbox inbox;
  const config::v1::Kafka kafka;
  const std::string name;
  const std::string topic;
  std::map<std::pair<int, int64_t>, Override> decisions;  // by partition and offset
  KafkaHandle consumer;
  std::map<int, Partition> partitions;
  bool restart = false;  // leave this connection and start over
  absl::Time measured_at = absl::InfinitePast();
  std::jthread thread;  // all but the constructor runs on it
};

// ---- partitions that come and go ----

void Consumer::Impl::OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                                 rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto* self = static_cast<Impl*>(opaque);
  self->Leave();
  if (error != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(handle, nullptr);
    return;
  }
  const absl::StatusOr<KafkaPartitions> taken = self->Take(*partitions);
  if (!taken.ok()) {
    // Without offsets we take nothing; the loop makes a new consumer and tries again.
    log::Error("partitions not taken",
               {{"consumer", self->name}, {"error", std::string(taken.status().message())}});
    rd_kafka_assign(handle, nullptr);
    self->restart = true;
    return;
  }
  rd_kafka_assign(handle, taken->get());
}

// Those that can be read, at their offsets; a truncated one is ours too, but stands still.
absl::StatusOr<KafkaPartitions> Consumer::Impl::Take(
    const rd_kafka_topic_partition_list_t& offered) {
  KafkaPartitions taken(rd_kafka_topic_partition_list_new(offered.cnt));
  for (int i = 0; i < offered.cnt; ++i) {
    const int number = offered.elems[i].partition;
    int64_t& next = partitions[number].next;
    const absl::Status found = FindStart(number, &next);
    Halted(number, absl::IsDataLoss(found), std::string(found.message()));
    if (absl::IsDataLoss(found)) continue;
    RETURN_IF_ERROR(found);
    rd_kafka_topic_partition_list_add(taken.get(), topic.c_str(), number)->offset = next;
  }
  log::Info("partitions taken", {{"consumer", name}, {"partitions", taken->cnt}});
  return taken;
}

void Consumer::Impl::Leave() {
  for (const auto& [number, partition] : partitions) {
    Halted(number, false);
    Lag(number, 0);  // whoever has it now tells
  }
  partitions.clear();
}

const Override* Consumer::Impl::DecisionAt(int partition, int64_t offset) const {
  const auto found = decisions.find({partition, offset});
  return found == decisions.end() ? nullptr : &found->second;
}

// The stored offset, or what an override says about it. DATA_LOSS if the log no longer holds it.
absl::Status Consumer::Impl::FindStart(int partition, int64_t* next) {
  ASSIGN_OR_RETURN(const int64_t stored, inbox.NextOffset(partition));
  *next = stored;
  int64_t low = 0;
  int64_t high = 0;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      consumer.get(), topic.c_str(), partition, &low, &high, kWatermarkTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return absl::UnavailableError(rd_kafka_err2str(error));
  const Override* decision = DecisionAt(partition, stored);
  if (decision != nullptr && decision->decision == Decision::kBegin) {
    RETURN_IF_ERROR(inbox.Begin(partition, low));
    log::Warning("partition begins anew by an override", {{"consumer", name},
                                                          {"partition", partition},
                                                          {"instead_of", stored},
                                                          {"offset", low},
                                                          {"reason", decision->reason}});
    *next = low;
    return absl::OkStatus();
  }
  if (stored < low || stored > high) {
    return absl::DataLossError("truncated: the log holds offsets " + std::to_string(low) + ".." +
                               std::to_string(high) + ", but the next one to read is " +
                               std::to_string(stored) +
                               "; publish it again from the outbox, records would be missed");
  }
  return absl::OkStatus();
}

// ---- records ----

void Consumer::Impl::OnRecord(Record record) {
  const auto place = partitions.find(record.partition);
  if (place == partitions.end()) return;
  auto& [number, partition] = *place;
  if (!partition.head) {
    if (record.offset < partition.next) return;
    partition.head = std::move(record);
    return Try(number, partition);
  }
  // It stands at its head and looks for an event; what slips through a pause is read again later.
  if (partition.missing == 0 || partition.found) return;
  const bool wanted = record.sequence == partition.missing &&
                      record.aggregate == partition.head->aggregate &&
                      record.tenant == partition.head->tenant;
  if (!wanted) return;
  partition.found = std::move(record);
  Try(number, partition);
}

// Goes as far as it can: the event found, then the head.
void Consumer::Impl::Try(int number, Partition& partition) {
  if (partition.found) {
    const absl::StatusOr<bool> complete = ApplyFound(number, partition);
    if (!complete.ok()) return Wait(number, partition, complete.status());
    if (!*complete) return;
  }
  const absl::StatusOr<int64_t> missing = ApplyHead(*partition.head);
  if (!missing.ok()) return Wait(number, partition, missing.status());
  if (*missing > 0) return LookFor(number, partition, *missing);
  partition.next = partition.head->offset + 1;
  partition.head.reset();
  partition.pause = kPauseFirst;
  if (!partition.away) return;
  partition.away = false;
  Halted(number, false);
  ReadFrom(number, partition, partition.next);
}

absl::StatusOr<int64_t> Consumer::Impl::ApplyHead(const Record& head) {
  const Override* decision = DecisionAt(head.partition, head.offset);
  if (decision != nullptr && decision->decision == Decision::kSkip) {
    RETURN_IF_ERROR(inbox.PutAside(head, head.offset, "override: " + decision->reason));
    return 0;
  }
  const bool accept_gap = decision != nullptr && decision->decision == Decision::kAcceptGap;
  return inbox.Apply(head, head.offset, accept_gap);
}

// True if nothing is missing any more before the head.
absl::StatusOr<bool> Consumer::Impl::ApplyFound(int number, Partition& partition) {
  RETURN_IF_ERROR(inbox.Apply(*partition.found, partition.head->offset, false).status());
  log::Info("missing event found", {{"consumer", name},
                                    {"partition", number},
                                    {"aggregate", partition.found->aggregate},
                                    {"sequence", partition.found->sequence}});
  const int64_t behind = partition.found->offset + 1;
  partition.found.reset();
  if (++partition.missing < partition.head->sequence) {
    if (partition.paused) ReadFrom(number, partition, behind);
    return false;
  }
  partition.missing = 0;
  return true;
}

void Consumer::Impl::LookFor(int number, Partition& partition, int64_t missing) {
  const Record& head = *partition.head;
  partition.missing = missing;
  partition.away = true;
  Halted(number, true,
         "gap: offset " + std::to_string(head.offset) + " is event " +
             std::to_string(head.sequence) + " of " + head.aggregate + ", event " +
             std::to_string(missing) + " is missing");
  if (partition.paused) ReadFrom(number, partition, head.offset + 1);
}

void Consumer::Impl::Wait(int number, Partition& partition, const absl::Status& why) {
  SetPaused(number, partition, true);
  partition.away = true;
  partition.retry_at = SystemClock().Now() + partition.pause;
  partition.pause = std::min(partition.pause * 2, kPauseMax);
  Halted(number, true,
         "error at offset " + std::to_string(partition.head->offset) + ": " +
             std::string(why.message()));
}

void Consumer::Impl::RetryDue() {
  const absl::Time now = SystemClock().Now();
  for (auto& [number, partition] : partitions) {
    if (partition.Waits() && partition.retry_at <= now) Try(number, partition);
  }
}

void Consumer::Impl::SetPaused(int number, Partition& partition, bool paused) {
  if (partition.paused == paused) return;
  const KafkaPartitions one(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(one.get(), topic.c_str(), number);
  const rd_kafka_resp_err_t error = paused ? rd_kafka_pause_partitions(consumer.get(), one.get())
                                           : rd_kafka_resume_partitions(consumer.get(), one.get());
  partition.paused = paused;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) restart = true;
}

// A seek that fails means that we do not know what comes next: start over from the stored offsets.
void Consumer::Impl::ReadFrom(int number, Partition& partition, int64_t offset) {
  SetPaused(number, partition, false);
  const KafkaPartitions one(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(one.get(), topic.c_str(), number)->offset = offset;
  rd_kafka_error_t* error = rd_kafka_seek_partitions(consumer.get(), one.get(), kSeekTimeoutMs);
  if (error == nullptr && one->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  log::Warning("seek failed, starting over", {{"consumer", name}, {"partition", number}});
  if (error != nullptr) rd_kafka_error_destroy(error);
  restart = true;
}

// ---- what an operator sees ----

void Consumer::Impl::Halted(int number, bool halted, const std::string& why) {
  metrics::Gauge("fiscus_consumer_halted", "1 while a partition of a consumer stands still",
                 {{"consumer", name}, {"partition", std::to_string(number)}})
      .Set(halted ? 1 : 0);
  if (halted)
    log::Error("partition halted", {{"consumer", name}, {"partition", number}, {"error", why}});
}

void Consumer::Impl::Lag(int number, int64_t records) {
  metrics::Gauge("fiscus_consumer_lag_records", "Records of a partition not yet applied",
                 {{"consumer", name}, {"partition", std::to_string(number)}})
      .Set(static_cast<double>(records));
}

void Consumer::Impl::MeasureLag() {
  const absl::Time now = SystemClock().Now();
  if (now - measured_at < kLagEvery) return;
  measured_at = now;
  for (const auto& [number, partition] : partitions) {
    int64_t low = 0;
    int64_t high = 0;
    if (rd_kafka_query_watermark_offsets(consumer.get(), topic.c_str(), number, &low, &high,
                                         kLagTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return;  // no broker; the others would wait as long
    Lag(number, std::max<int64_t>(high - partition.next, 0));
  }
}

// ---- the thread ----

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

void Consumer::Impl::OnMessage(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return OnRecord(ToRecord(message));
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
  log::Warning("kafka", {{"consumer", name}, {"error", rd_kafka_message_errstr(&message)}});
  // The log no longer holds our offset; starting over finds out which partition, and halts it.
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) restart = true;
}

void Consumer::Impl::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    restart = false;
    const absl::Status connected = Connect();
    if (!connected.ok())
      log::Warning("consumer cannot connect",
                   {{"consumer", name}, {"error", std::string(connected.message())}});
    while (connected.ok() && !restart && !stop.stop_requested()) {
      const KafkaMessage message(rd_kafka_consumer_poll(consumer.get(), kPollMs));
      if (message != nullptr) OnMessage(*message);
      if (!restart) RetryDue();
      MeasureLag();
    }
    if (consumer != nullptr) rd_kafka_consumer_close(consumer.get());
    consumer.reset();
    partitions.clear();
    if (!stop.stop_requested())
      std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPauseFirst * 5));
  }
}

Consumer::Consumer(pg::Database& database, const config::v1::Kafka& kafka, std::string name,
                   std::string topic)
    : impl_(std::make_unique<Impl>(database, kafka, std::move(name), std::move(topic))) {}
Consumer::~Consumer() { Stop(); }
void Consumer::Handle(std::string type, Handler handler) {
  impl_->inbox.Handle(std::move(type), std::move(handler));
}
void Consumer::Decide(Override decision) {
  const std::pair place{decision.partition, decision.offset};
  impl_->decisions[place] = std::move(decision);
}
void Consumer::Start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->Loop(stop); });
}
void Consumer::Stop() {
  impl_->thread.request_stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace fiscus::events
