// Consumes a topic into PostgreSQL with effect exactly once (libs/events/inbox.h). Starts from the
// stored offset, never from the group's; a missing offset means the log's very beginning.
//
// A partition halts, alone, in these cases; all others go on:
//   gap        events of the record's aggregate are missing before it. Repeats are dropped, a gap
//   is
//              not passed: the missing events are looked for further on in the partition (a relay
//              may publish them again), applied there and then, and the partition goes on. They may
//              as well come later: it reads on until they do, or until an override.
//   error      a handler's error: tried again with growing delay. INVALID_ARGUMENT means a poison
//              record, and so do missing headers: it is kept in consumer_dead_letter and skipped.
//   truncated  the log no longer holds the stored offset: waits for an override.
// fiscus_consumer_halted (by consumer and partition) is 1 meanwhile, the log line "partition
// halted" says why. fiscus_consumer_lag_records counts what a partition has not yet applied.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fiscus/config/v1/config.pb.h"
#include "libs/events/record.h"
#include "libs/pg/database.h"

namespace fiscus::events {

// An operator's decision about the offset at which a partition halted.
enum class Decision {
  kSkip,       // puts the record aside; its sequence counts as seen
  kAcceptGap,  // applies the record although events before it are missing for good
  kBegin,      // begins at the first offset that the log holds: it was truncated, or made anew
};
struct Override {
  int partition = 0;
  int64_t offset = 0;  // as named by the halt
  Decision decision = Decision::kSkip;
  std::string reason;  // who decided and why; for the log and the dead letter
};

class Consumer {
 public:
  // `name` identifies the consumer's offsets in the database and is the Kafka group (config.group
  // overrides the latter).
  Consumer(pg::Database& database, const config::v1::Kafka& kafka, std::string name,
           std::string topic);
  ~Consumer();  // stops
  // By ce_type; other types are passed over. Before Start.
  void Handle(std::string type, Handler handler);
  // Before Start. One for an offset that never halts changes nothing.
  void Decide(Override decision);
  void Start();
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::events
