// Consumes a topic into PostgreSQL with effect exactly once: the record's effect, its aggregate's
// sequence and the next offset are one transaction. Starts from the stored offset, never from the
// group's; a missing offset means the log's very beginning; a log that no longer holds the stored
// offset halts the partition (alarm) instead of skipping.
//
// Per aggregate, sequences seen are dropped and a gap halts the partition until it is filled. A
// handler's error is retried with growing delay, in order; INVALID_ARGUMENT from a handler means a
// poison record: it is kept in consumer_dead_letter and skipped.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fiscus/config/v1/config.pb.h"
#include "libs/pg/database.h"

namespace fiscus::events {

// A record with its CloudEvents attributes.
struct Record {
  std::string topic;
  int partition = 0;
  int64_t offset = 0;
  std::string key;
  std::string id;         // ce_id
  std::string type;       // ce_type: full proto name of the payload
  std::string source;     // ce_source
  std::string tenant;     // ce_tenantid
  std::string aggregate;  // ce_aggregate
  int64_t sequence = 0;   // ce_sequence
  std::string actor;      // ce_actor
  absl::Time time;        // ce_time: when it was recorded
  std::string traceparent;
  std::string payload;
};

class Consumer {
 public:
  // Runs in the record's tenant; must only touch the database through `tx`.
  using Handler = std::function<absl::Status(pg::Tx& tx, const Record& record)>;

  // `name` identifies the consumer's offsets in the database and is the Kafka group (config.group
  // overrides the latter).
  Consumer(pg::Database& database, const config::v1::Kafka& kafka, std::string name,
           std::string topic);
  ~Consumer();  // stops
  // By ce_type; other types are passed over. Before Start.
  void Handle(std::string type, Handler handler);
  void Start();
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::events
