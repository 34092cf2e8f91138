#include "libs/events/relay.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/events/kafka_client.h"
#include "libs/events/queries.h"
#include "libs/events/wakeup.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/failpoint.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::events {
namespace {

constexpr int kBatchMax = 1000;
constexpr int kFlushSliceMs = 100;
// One number per database; any that nobody else locks on.
constexpr int64_t kRelayLock = 4'611'900'002;
// The backlog is counted no more often.
constexpr absl::Duration kReportEvery = absl::Seconds(1);
constexpr absl::Duration kErrorPause = absl::Milliseconds(500);

struct Unsent {
  int64_t outbox_id = 0;
  std::string event_id, tenant, aggregate, key, type, subject, actor, traceparent, payload;
  int64_t sequence = 0;
  bool broadcast = false;
  absl::Time recorded_at;
};

// Deliveries that one event still waits for; more than one for a control record.
struct Delivery {
  int waiting = 0;
  bool failed = false;
  bool held = false;  // not produced: it, or an earlier one of its aggregate, can never be sent
};

void OnDelivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  auto* delivery = static_cast<Delivery*>(message->_private);
  --delivery->waiting;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    delivery->failed = true;
    log::Warning("event not delivered, will be sent again",
                 {{"error", rd_kafka_err2str(message->err)}});
  }
}

rd_kafka_headers_t* Headers(const Unsent& event, const std::string& source) {
  const std::string sequence = std::to_string(event.sequence);
  const std::string time = FormatTimestamp(event.recorded_at);
  const std::pair<const char*, const std::string&> pairs[] = {{"ce_id", event.event_id},
                                                              {"ce_source", source},
                                                              {"ce_type", event.type},
                                                              {"ce_subject", event.subject},
                                                              {"ce_time", time},
                                                              {"ce_tenantid", event.tenant},
                                                              {"ce_actor", event.actor},
                                                              {"ce_aggregate", event.aggregate},
                                                              {"ce_sequence", sequence},
                                                              {"ce_partitionkey", event.key},
                                                              {"traceparent", event.traceparent}};
  rd_kafka_headers_t* headers = rd_kafka_headers_new(std::size(pairs) + 2);
  rd_kafka_header_add(headers, "ce_specversion", -1, "1.0", -1);
  rd_kafka_header_add(headers, "content-type", -1, "application/protobuf", -1);
  for (const auto& [name, value] : pairs) {
    rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

struct Relay::Impl {
  Impl(const pg::DatabaseOptions& options, config::v1::Kafka kafka, std::string source)
      : database(DatabaseFor(options)), kafka(std::move(kafka)), source(std::move(source)) {}

  static pg::DatabaseOptions DatabaseFor(pg::DatabaseOptions options) {
    options.pool_size = 1;
    options.service += "-relay";
    options.statement_timeout = absl::Seconds(30);
    return options;
  }

  absl::Status Connect();
  absl::Status Produce(const Unsent& event, int32_t partition, Delivery* delivery);
  absl::Status ProduceAll(const Unsent& event, Delivery* delivery);
  // An event that can never be sent.
  struct Unsendable {
    const Unsent* event;
    absl::Status why;
  };
  struct Delivered {
    std::vector<int64_t> sent;  // acknowledged by all their partitions
    std::vector<Unsendable> unsendable;
  };
  // What one transaction did.
  struct Progress {
    int claimed = 0;
    int sent = 0;
  };
  absl::StatusOr<Progress> Round();
  Delivered Deliver(const std::vector<Unsent>& events);
  absl::Status Mark(pg::Tx& tx, const Delivered& delivered);
  void ReportBacklog();
  void Loop(const std::stop_token& stop);

  pg::Database database;
  const config::v1::Kafka kafka;
  const std::string source;
  KafkaHandle producer;
  int partitions = 0;
  std::jthread thread;
};

absl::Status Relay::Impl::Connect() {
  if (producer != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      producer,
      MakeKafka(RD_KAFKA_PRODUCER,
                {{"bootstrap.servers", kafka.brokers()},
                 {"client.id", source},
                 {"enable.idempotence", "true"},
                 // A lost message must stop the ones behind it: a later event of an aggregate may
                 // never overtake an earlier one, or consumers would wait at the gap for ever.
                 {"enable.gapless.guarantee", "true"},
                 {"acks", "all"},
                 {"linger.ms", "1"},
                 {"message.max.bytes", std::to_string(kMessageBytesMax)},
                 {"compression.type", "lz4"},
                 {"partitioner", "murmur2_random"},
                 {"message.timeout.ms", std::to_string(kafka.message_timeout_ms())}},
                {.delivery_report = OnDelivery}));
  auto count = PartitionCount(producer.get(), kafka.facts_topic(), 5000);
  if (!count.ok()) {
    producer.reset();
    return count.status();
  }
  partitions = *count;
  return absl::OkStatus();
}

absl::Status Relay::Impl::Produce(const Unsent& event, int32_t partition, Delivery* delivery) {
  rd_kafka_headers_t* headers = Headers(event, source);
  ++delivery->waiting;
  for (;;) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer.get(), RD_KAFKA_V_TOPIC(kafka.facts_topic().c_str()),
        RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(event.key.data(), event.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(event.payload.data()),
                         event.payload.size()),  // NOLINT: copied, not changed
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(delivery), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer.get(), kFlushSliceMs);
      continue;
    }
    rd_kafka_headers_destroy(headers);
    --delivery->waiting;
    delivery->failed = true;
    if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
      return absl::InvalidArgumentError(rd_kafka_err2str(error));
    return absl::UnavailableError(std::string("kafka: ") + rd_kafka_err2str(error));
  }
}

// A control record goes to every partition. INVALID_ARGUMENT: Kafka's client will never take it,
// and took it for none.
absl::Status Relay::Impl::ProduceAll(const Unsent& event, Delivery* delivery) {
  if (!event.broadcast) return Produce(event, RD_KAFKA_PARTITION_UA, delivery);
  for (int p = 0; p < partitions; ++p) RETURN_IF_ERROR(Produce(event, p, delivery));
  return absl::OkStatus();
}

// Produces in order and waits for every report.
Relay::Impl::Delivered Relay::Impl::Deliver(const std::vector<Unsent>& events) {
  Delivered result;
  std::vector<Delivery> deliveries(events.size());
  std::set<std::pair<std::string, std::string>> held;  // tenant, aggregate
  absl::Status produced;
  for (size_t i = 0; i < events.size() && produced.ok(); ++i) {
    const Unsent& event = events[i];
    deliveries[i].held = held.contains({event.tenant, event.aggregate});
    if (deliveries[i].held) continue;
    produced = ProduceAll(event, &deliveries[i]);
    if (absl::IsInvalidArgument(produced)) {
      result.unsendable.push_back({&event, std::exchange(produced, absl::OkStatus())});
      held.insert({event.tenant, event.aggregate});
      deliveries[i].held = true;
    }
    if (!produced.ok()) deliveries[i].failed = true;
  }
  failpoint::Reach("relay.after_produce");
  // Ends because every message is reported by message.timeout.ms at the latest; deliveries must
  // outlive the reports.
  while (std::any_of(deliveries.begin(), deliveries.end(),
                     [](const Delivery& d) { return d.waiting > 0; })) {
    rd_kafka_poll(producer.get(), kFlushSliceMs);
  }
  bool failed = !produced.ok();
  for (size_t i = 0; i < events.size(); ++i) {
    if (deliveries[i].held) continue;
    // After a failure nothing later counts as sent until the earlier is: the order per key holds on
    // the next try.
    failed = failed || deliveries[i].failed;
    if (failed) break;
    result.sent.push_back(events[i].outbox_id);
  }
  // The producer's state after an error is not to be trusted (librdkafka: possibly persisted):
  // start anew.
  if (failed) producer.reset();
  return result;
}

absl::Status Relay::Impl::Mark(pg::Tx& tx, const Delivered& delivered) {
  for (const auto& [event, why] : delivered.unsendable) {
    log::Error("event can never be sent, its aggregate waits",
               {{"outbox_id", event->outbox_id},
                {"tenant", event->tenant},
                {"aggregate", event->aggregate},
                {"type", event->type},
                {"bytes", event->payload.size()},
                {"error", std::string(why.message())}});
    RETURN_IF_ERROR(tx.Run(sql::kHoldAggregate, pg::Args()
                                                    .Text(event->tenant)
                                                    .Text(event->aggregate)
                                                    .Int(event->outbox_id)
                                                    .Text(std::string(why.message())))
                        .status());
  }
  return tx.Run(sql::kMarkSent, pg::Args().IntArray(delivered.sent)).status();
}

absl::StatusOr<Relay::Impl::Progress> Relay::Impl::Round() {
  RETURN_IF_ERROR(Connect());
  Progress progress;
  failpoint::Reach("relay.before_claim");
  RETURN_IF_ERROR(database.WriteOnce(
      "", SystemClock().Now() + absl::Seconds(60),
      [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows lock, tx.Run(sql::kLockRelay, pg::Args().Int(kRelayLock)));
        if (!lock[0].Bool("held")) return absl::OkStatus();
        ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kClaimUnsent, pg::Args().Int(kBatchMax)));
        std::vector<Unsent> events;
        for (const pg::Row row : rows) {
          events.push_back({.outbox_id = row.Int("outbox_id"),
                            .event_id = row.Text("event_id"),
                            .tenant = row.Text("tenant"),
                            .aggregate = row.Text("aggregate"),
                            .key = row.Text("partition_key"),
                            .type = row.Text("type"),
                            .subject = row.Text("subject"),
                            .actor = row.Text("actor"),
                            .traceparent = row.Text("traceparent"),
                            .payload = row.Bytes("payload"),
                            .sequence = row.Int("sequence"),
                            .broadcast = row.Bool("broadcast"),
                            .recorded_at = row.Time("recorded_at")});
        }
        progress = {.claimed = static_cast<int>(events.size())};
        if (events.empty()) return absl::OkStatus();
        const Delivered delivered = Deliver(events);
        failpoint::Reach("relay.after_delivery");
        if (delivered.sent.empty() && delivered.unsendable.empty())
          return absl::UnavailableError("kafka acknowledged nothing");
        RETURN_IF_ERROR(Mark(tx, delivered));
        failpoint::Reach("relay.before_commit");
        progress.sent = static_cast<int>(delivered.sent.size());
        return absl::OkStatus();
      },
      nullptr));
  failpoint::Reach("relay.after_commit");
  return progress;
}

// How much waits and how long already: what an operator's alarm looks at.
void Relay::Impl::ReportBacklog() {
  static prometheus::Gauge& unsent =
      metrics::Gauge("fiscus_outbox_unsent", "Events that wait for publication");
  static prometheus::Gauge& oldest =
      metrics::Gauge("fiscus_outbox_oldest_seconds", "Age of the oldest waiting event");
  static prometheus::Gauge& held = metrics::Gauge(
      "fiscus_outbox_held", "Aggregates whose next event can never be sent; their events wait");
  const absl::Status counted =
      database.Read("", SystemClock().Now() + absl::Seconds(5), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kCountUnsent));
        unsent.Set(static_cast<double>(rows[0].Int("unsent")));
        oldest.Set(static_cast<double>(rows[0].Int("oldest_s")));
        held.Set(static_cast<double>(rows[0].Int("held")));
        return absl::OkStatus();
      });
  if (!counted.ok())
    log::Warning("backlog not counted", {{"error", std::string(counted.message())}});
}

void Relay::Impl::Loop(const std::stop_token& stop) {
  prometheus::Counter& published =
      metrics::Counter("fiscus_outbox_published_total", "Events acknowledged by Kafka");
  prometheus::Counter& errors =
      metrics::Counter("fiscus_outbox_errors_total", "Relay rounds that failed");
  Wakeup& wakeup = Wakeup::Instance();
  absl::Time reported = absl::InfinitePast();
  while (!stop.stop_requested()) {
    // Read before the round: what commits from now on may be missed by it, and ends the wait below.
    const uint64_t seen = wakeup.Number();
    const absl::StatusOr<Progress> progress = Round();
    const absl::Time now = SystemClock().Now();
    if (!progress.ok() || now - reported >= kReportEvery) {
      ReportBacklog();
      reported = now;
    }
    if (!progress.ok()) {
      errors.Increment();
      log::Warning("relay waits", {{"error", std::string(progress.status().message())}});
      wakeup.Wait(wakeup.Number(), kErrorPause, stop);
      continue;
    }
    published.Increment(progress->sent);
    const bool more = progress->claimed == kBatchMax || progress->sent < progress->claimed;
    if (!more) wakeup.Wait(seen, absl::Milliseconds(kafka.relay_poll_ms()), stop);
  }
}

Relay::Relay(const pg::DatabaseOptions& database, const config::v1::Kafka& kafka,
             std::string source)
    : impl_(std::make_unique<Impl>(database, kafka, std::move(source))) {}
Relay::~Relay() { Stop(); }
void Relay::Start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->Loop(stop); });
}
void Relay::Stop() {
  impl_->thread.request_stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace fiscus::events
