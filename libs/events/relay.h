// Publishes the outbox to Kafka: claims unsent rows by state, produces them in order (idempotent
// producer, acks=all), marks them only on the delivery report. At least once with stable ids.
//
// One relay per database is active: it holds an advisory lock on its own connection and marks rows
// on that connection, so a relay that lost the lock cannot mark. After any delivery error the
// producer is replaced and unsent rows are produced again.
//
// An event that Kafka's client will never take (too large; libs/events/outbox.h refuses such since
// there is a limit) holds its aggregate: it and the aggregate's later events wait in the outbox,
// with a row of outbox_held, a log line and fiscus_outbox_held > 0. All other aggregates go on.
#pragma once

#include <memory>
#include <string>

#include "fiscus/config/v1/config.pb.h"
#include "libs/pg/database.h"

namespace fiscus::events {

// Largest message of the relay, headers included, bytes: what the topics take
// (deploy/topics.textproto).
inline constexpr int kMessageBytesMax = 1'048'576;

class Relay {
 public:
  // `source`: "fiscus/<service>" in ce_source.
  Relay(const pg::DatabaseOptions& database, const config::v1::Kafka& kafka, std::string source);
  ~Relay();  // stops
  void Start();
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::events
