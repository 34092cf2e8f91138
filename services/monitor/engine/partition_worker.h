// One partition: reads its input, folds it, commits, publishes, and only then marks the changelog.
// Owned by one thread.
//
// Order of effects per commit, which is what makes a crash at any point harmless:
//   1. state, next offset and outputs in one local write;
//   2. outputs and changed records to Kafka, all acknowledged;
//   3. the changelog's marker;
//   4. the outbox entry is dropped.
// A crash before 1 reads the input again; between 1 and 4 the outbox is sent again, with the same
// ids. A lost or older disk is restored from the changelog up to its last marker, and the input
// behind it gives the same outputs once more.
//
// It halts, visibly (log, metric, GetProgress), rather than pass over anything:
//   gap        events of an aggregate are missing. It looks for them further on in the log (a relay
//   that failed in between may
//              have written them late), applies them in their order, and goes on; until they come
//              it waits.
//   poison     an event of ours that cannot be read. Waits for an operator: a newer release, or an
//   override for that offset. truncated  the log no longer holds the next offset. Waits for an
//   operator: publish the log again from the outboxes.
// Errors of disk or broker are retried with a pause, from the committed state.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/monitor/engine/changelog.h"
#include "services/monitor/engine/partition_store.h"
#include "services/monitor/engine/processor.h"
#include "services/monitor/engine/totals.h"
#include "services/monitor/engine/transport.h"

namespace fiscus::monitor {

// An operator's decision about one record.
enum class Decision : uint8_t { kSkip, kAcceptGap };

struct WorkerOptions {
  std::string directory;  // of the partition's store
  int batch_max = 1000;   // records per commit
  absl::Duration idle_wait = absl::Milliseconds(50);
  int in_flight_max = 16;                 // commits whose acknowledgement is awaited
  int day_projects_max = 2000;            // projects evaluated per commit at the end of a day
  size_t projects_max = 20'000;           // kept in memory
  std::map<int64_t, Decision> overrides;  // by offset
  // Called between any two effects; an error ends the worker there, as a crash would (tests).
  std::function<absl::Status(const char* point)> reach = [](const char*) {
    return absl::OkStatus();
  };
};

// What others may know of a partition. Thread-safe.
struct PartitionView {
  std::shared_ptr<PartitionStore> store;  // null while it is being opened
  int64_t next_offset = 0;
  std::string halted;
};

class PartitionWorker {
 public:
  PartitionWorker(int partition, const RuleSet& rules, const StoreMemory& memory,
                  WorkerOptions options, Transport& transport);
  ~PartitionWorker();

  // Opens the store, restores it if the changelog is ahead, sends what the outbox holds. After an
  // error call it again.
  absl::Status Open();
  // One turn: poll, fold, commit, publish, acknowledge. After an error call Open again. OK with
  // nothing done while halted.
  absl::Status Turn();
  // Turns until stopped, opening anew after errors.
  void Run(const std::stop_token& stop);
  // True when nothing awaits acknowledgement.
  bool Settled() const { return in_flight_.empty(); }

  int partition() const { return partition_; }
  PartitionView View() const;
  const Totals& totals() const { return totals_; }

 private:
  struct InFlight {
    uint64_t outbox = 0;
    Meta meta;
    std::unique_ptr<Delivery> delivery;
  };
  struct Gap {
    int64_t offset = 0;     // of the record that cannot be applied yet
    std::string aggregate;  // whose events are missing
    std::string tenant;
    int64_t missing = 0;   // the next one looked for
    int64_t sequence = 0;  // of the record at `offset`
  };

  absl::Status OpenStore();
  absl::Status RestoreFrom(const ChangelogEnd& end);
  absl::Status StartAnew(int64_t life);
  absl::Status PublishBacklog(const std::optional<Meta>& marker);
  absl::Status CountTotals();
  absl::Status FoldAll(const std::vector<Input>& inputs);
  absl::StatusOr<Outcome> Decide(const Input& input);
  absl::StatusOr<bool> FoldOne(const Input& input);
  absl::Status CloseDay(const Input& input, int64_t next_offset);
  absl::Status BeginGap(const Input& input, int64_t missing);
  absl::Status SearchGap(const std::vector<Input>& inputs);
  absl::Status Commit();
  absl::Status Publish(uint64_t outbox, const std::vector<Output>& outputs,
                       const std::vector<StateRecord>& records);
  absl::Status Reap();
  absl::Status MakeRoom();
  void Halt(std::string why);
  void Resume();
  void Abandon();

  const int partition_;
  const RuleSet& rules_;
  const StoreMemory& memory_;
  const WorkerOptions options_;
  Transport& transport_;
  Processor processor_;
  std::shared_ptr<PartitionStore> store_;
  std::unique_ptr<InputLog> input_;
  Meta meta_;                // of the last commit
  int64_t next_offset_ = 0;  // of what is folded; ahead of meta_ until the commit
  std::deque<InFlight> in_flight_;
  std::unique_ptr<Delivery> markers_;
  std::stop_token stop_;  // of Run; whoever waits for Kafka looks at it
  std::optional<Gap> gap_;
  bool stuck_ = false;   // halted until a restart
  bool behind_ = false;  // something folded is not committed
  Totals totals_;

  mutable std::mutex view_mutex_;
  PartitionView view_;
};

}  // namespace fiscus::monitor
