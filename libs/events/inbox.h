// A consumer's memory in PostgreSQL: a record's effect, its aggregate's sequence and the next
// offset are one transaction, so each event has its effect once. The offset's row is the fence: a
// holder of the partition that was overtaken changes nothing. Used from one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/events/record.h"
#include "libs/pg/database.h"

namespace fiscus::events {

class Inbox {
 public:
  Inbox(pg::Database& database, std::string name, std::string topic)
      : database_(database), name_(std::move(name)), topic_(std::move(topic)) {}

  // By ce_type; events of other types only count.
  void Handle(std::string type, Handler handler) {
    handlers_[std::move(type)] = std::move(handler);
  }

  // Where the partition goes on; 0 (the log's very beginning) where nothing is stored.
  absl::StatusOr<int64_t> NextOffset(int partition);
  // Goes on at `offset` instead, whatever was stored; sequences stay, so repeats have no effect.
  absl::Status Begin(int partition, int64_t offset);

  // Applies a record while the partition stands at the offset `stands_at`: its own, or for an event
  // that was missing there and is met further on, that of the record that misses it. Moves the
  // offset on in the first case only.
  //
  // The answer is the first sequence of the aggregate that is missing before the record, 0 if none
  // is: then the record is done. Done is a repeat, too; and a record that can never be applied
  // (headers missing, or INVALID_ARGUMENT from its handler), which is put aside. `accept_gap`:
  // nothing counts as missing.
  absl::StatusOr<int64_t> Apply(const Record& record, int64_t stands_at, bool accept_gap);

  // Keeps the record in consumer_dead_letter instead of applying it. Its sequence counts as seen,
  // unless its headers are not to be trusted.
  absl::Status PutAside(const Record& record, int64_t stands_at, const std::string& reason);

 private:
  absl::Status ApplyIn(pg::Tx& tx, const Record& record, int64_t stands_at, bool accept_gap,
                       int64_t* missing);
  absl::Status PutAsideIn(pg::Tx& tx, const Record& record, int64_t stands_at,
                          const std::string& reason);
  // False if the partition stands there no more: somebody else went on.
  absl::StatusOr<bool> StandsAt(pg::Tx& tx, int partition, int64_t offset);
  absl::Status MoveOn(pg::Tx& tx, const Record& record, int64_t stands_at);
  absl::Status SaveSequence(pg::Tx& tx, const Record& record);

  pg::Database& database_;
  const std::string name_;
  const std::string topic_;
  std::map<std::string, Handler> handlers_;
};

}  // namespace fiscus::events
