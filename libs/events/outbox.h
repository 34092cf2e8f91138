// The transactional outbox: an event is a row of the same transaction as its effect. The outbox is
// the only truth; Kafka is a replayable copy.
//
// Sequences are gap-free per aggregate: the aggregate's counter row is locked until commit, so
// writers of one aggregate commit in the order of their sequences. Rows are claimed by their state,
// never by a cursor. Thread-safe per transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/pg/database.h"
#include "libs/pg/migrate.h"
#include "libs/runtime/call.h"

namespace fiscus::events {

// Largest payload, bytes: with its headers it stays below what topics and relay take
// (kMessageBytesMax in relay.h).
inline constexpr size_t kPayloadBytesMax = size_t{900} * 1024;

// A fact to be published.
struct Event {
  std::string aggregate;  // "payments/<id>"
  std::string key;        // project id; empty: the aggregate's own id
  std::string subject;    // ce_subject; empty: the aggregate
  std::string type;       // full proto name of the payload
  std::string payload;    // serialised
};

// Makes an event of a message.
Event MakeEvent(std::string aggregate, std::string key, const google::protobuf::Message& payload);

// Appends events in order; returns the sequence of each. The relay is woken at commit. An event
// that could never be sent must not be committed, it would stop its aggregate for ever: a payload
// over kPayloadBytesMax is refused with EVENT_TOO_LARGE (INVALID_ARGUMENT), here and below.
absl::StatusOr<std::vector<int64_t>> Append(pg::Tx& tx, const Call& call,
                                            const std::vector<Event>& events);
// As Append, for a group of calls that share one transaction: each event keeps its own caller and
// trace.
struct CallEvent {
  const Call* call;  // outlives the transaction
  Event event;
};
absl::StatusOr<std::vector<int64_t>> AppendGroup(pg::Tx& tx, const std::vector<CallEvent>& events);
// Appends a control record: it is written to every partition of the topic.
absl::Status AppendBroadcast(pg::Tx& tx, const Call& call, const Event& event);

// Tables of outbox and consumers (module "events").
pg::MigrationSet Migrations();

}  // namespace fiscus::events
