// The ledger engine: one thread that groups the jobs in flight into one transaction after another.
//
// While a group commits, the next one gathers; so a busy ledger pays one commit for many commands
// and an idle one answers at once. A group holds jobs of one tenant, since row-level security is
// set per transaction. Any number of engines (replicas) may run beside each other: the rows' locks
// decide. A conflict, a deadlock or a lost connection is tried again while the callers have time,
// never reported as a refusal; an uncertain commit is resolved by the request records that the next
// attempt finds. A line that stays locked by somebody else (a replica that hangs) costs the others
// one short wait: for a while after it, jobs that need a locked line are held back and the rest of
// their group goes on. An error that does not pass is looked for job by job, so that one bad job
// cannot fail its neighbours. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "libs/runtime/clock.h"
#include "services/budget/ledger/job.h"

namespace fiscus::budget {

struct EngineOptions {
  int group_commands_max = 1'000;     // a job is never split
  int waiting_commands_max = 20'000;  // beyond it QUEUE_FULL
  absl::Duration retry_first = absl::Milliseconds(2);
  absl::Duration retry_max = absl::Milliseconds(250);
  absl::Duration skip_locked_for = absl::Seconds(1);  // after a conflict
};

class LedgerEngine {
 public:
  // One attempt at a transaction: Database::WriteOnce, or what a test puts in its place.
  using WriteOnce = std::function<absl::Status(const std::string& tenant, absl::Time deadline,
                                               const pg::Database::Body& body)>;
  LedgerEngine(WriteOnce write_once, const Clock& clock, EngineOptions options = {});
  LedgerEngine(pg::Database& database, const Clock& clock, EngineOptions options = {});
  ~LedgerEngine();  // stops

  void Start();
  // Finishes what is waiting as far as its deadlines allow, then ends the thread. Later jobs are
  // answered UNAVAILABLE.
  void Stop();
  // Answers by job.done: on the engine's thread, or at once where the engine is full or stopped.
  void Submit(Job job);

 private:
  struct Waiting {
    std::unique_ptr<Job> job;
    bool attempted = false;  // part of a transaction that failed or may have committed
    bool alone = false;      // its group failed for good: tried without neighbours
  };
  using Queue = std::deque<Waiting>;

  // Takes the job over unless the engine is full or stopped.
  absl::Status Enqueue(std::unique_ptr<Job>& job);
  void Loop();
  void Pause(absl::Duration pause);  // cut short by Stop
  // The next group, of the tenant whose turn it is; empty when stopping and nothing waits. Waits
  // for work.
  std::vector<Waiting> Take();
  void AnswerExpired(std::vector<Waiting> expired);
  // True if the group is done; false if it was put back to be tried again.
  bool Attempt(std::vector<Waiting> group);
  void PutBack(std::vector<Waiting> group);

  const WriteOnce write_once_;
  const Clock& clock_;
  const EngineOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Queue> queue_of_tenant_;  // bounded by waiting_commands_max
  std::deque<std::string> turns_;                 // tenants with work, each once
  int waiting_commands_ = 0;
  bool running_ = false;
  bool stopping_ = false;
  absl::Time skip_locked_until_ = absl::InfinitePast();  // of the engine's thread
  std::thread thread_;
};

}  // namespace fiscus::budget
