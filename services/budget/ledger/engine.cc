#include "services/budget/ledger/engine.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/runtime/failpoint.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "services/budget/ledger/group.h"

namespace fiscus::budget {
namespace {

constexpr int64_t kFullRetryAfterMs = 200;

int CommandsOf(const Job& job) { return static_cast<int>(job.items.size()); }

absl::Status EngineFull() {
  return WithRetryAfter(Refuse(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                               "the ledger is at its limit", {}, kCommonDomain),
                        kFullRetryAfterMs);
}

// Errors that pass: a rival was quicker, or the database was away. Everything else is the fault of
// a job or a bug.
bool Passes(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:  // a rival inserted the same key: it is found next time
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:  // a statement waited too long for a lock
      return true;
    default:
      return false;
  }
}

void CountAnswers(const Group& group, const std::vector<Group::JobAnswer>& answers) {
  static prometheus::Counter& groups =
      metrics::Counter("fiscus_ledger_groups_total", "Transactions of the ledger engine");
  static prometheus::Counter& commands =
      metrics::Counter("fiscus_ledger_commands_total", "Commands answered by the ledger engine");
  groups.Increment();
  commands.Increment(group.commands());
  for (const Group::JobAnswer& answer : answers) {
    if (!answer.ok()) continue;  // of a job that is held back: empty
    for (const ItemAnswer& item : *answer) {
      if (item.response.ok() || item.replayed) continue;
      const auto info = RefusalOf(item.response.status());
      metrics::Counter("fiscus_ledger_refusals_total", "Commands refused, by reason",
                       {{"reason", info.has_value() ? info->reason : "UNKNOWN"}})
          .Increment();
    }
  }
}

}  // namespace

LedgerEngine::LedgerEngine(WriteOnce write_once, const Clock& clock, EngineOptions options)
    : write_once_(std::move(write_once)), clock_(clock), options_(options) {}

LedgerEngine::LedgerEngine(pg::Database& database, const Clock& clock, EngineOptions options)
    : LedgerEngine(
          [&database](const std::string& tenant, absl::Time deadline,
                      const pg::Database::Body& body) {
            return database.WriteOnce(tenant, deadline, body, nullptr);
          },
          clock, options) {}

LedgerEngine::~LedgerEngine() { Stop(); }

void LedgerEngine::Start() {
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  thread_ = std::thread([this] { Loop(); });
}

void LedgerEngine::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void LedgerEngine::Submit(Job job) {
  auto waiting = std::make_unique<Job>(std::move(job));
  // Answered outside the lock: what `done` does is the caller's affair.
  if (const absl::Status refused = Enqueue(waiting); !refused.ok()) {
    waiting->done(refused);
    return;
  }
  wake_.notify_one();
}

absl::Status LedgerEngine::Enqueue(std::unique_ptr<Job>& job) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || !running_) return absl::UnavailableError("the ledger is stopping");
  if (waiting_commands_ + CommandsOf(*job) > options_.waiting_commands_max) return EngineFull();
  waiting_commands_ += CommandsOf(*job);
  Queue& queue = queue_of_tenant_[job->call.caller.tenant];
  if (queue.empty()) turns_.push_back(job->call.caller.tenant);
  queue.push_back({.job = std::move(job)});
  return absl::OkStatus();
}

void LedgerEngine::Loop() {
  absl::Duration pause = options_.retry_first;
  for (;;) {
    std::vector<Waiting> group = Take();
    if (group.empty()) return;
    if (Attempt(std::move(group))) {
      pause = options_.retry_first;
      continue;
    }
    Pause(pause);
    pause = std::min(pause * 2, options_.retry_max);
  }
}

void LedgerEngine::Pause(absl::Duration pause) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, absl::ToChronoMicroseconds(pause), [&] { return stopping_; });
}

std::vector<LedgerEngine::Waiting> LedgerEngine::Take() {
  for (;;) {
    std::vector<Waiting> group, expired;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !turns_.empty(); });
      if (turns_.empty()) return {};
      const std::string tenant = std::move(turns_.front());
      turns_.pop_front();
      const auto found = queue_of_tenant_.find(tenant);
      Queue& queue = found->second;
      const absl::Time now = clock_.Now();
      int commands = 0;
      while (!queue.empty()) {
        Waiting& next = queue.front();
        if (next.job->call.deadline <= now) {
          expired.push_back(std::move(next));
        } else {
          const bool fits =
              group.empty() || (commands + CommandsOf(*next.job) <= options_.group_commands_max &&
                                !next.alone && !group.front().alone);
          if (!fits) break;
          commands += CommandsOf(*next.job);
          group.push_back(std::move(next));
        }
        queue.pop_front();
      }
      for (const Waiting& waiting : group) waiting_commands_ -= CommandsOf(*waiting.job);
      for (const Waiting& waiting : expired) waiting_commands_ -= CommandsOf(*waiting.job);
      if (queue.empty()) {
        queue_of_tenant_.erase(found);
      } else {
        turns_.push_back(tenant);
      }
    }
    AnswerExpired(std::move(expired));
    if (!group.empty()) return group;
  }
}

void LedgerEngine::AnswerExpired(std::vector<Waiting> expired) {
  for (Waiting& waiting : expired) {
    // After an attempt the outcome may be unknown: the caller asks again with the same request id.
    waiting.job->done(
        waiting.attempted
            ? absl::UnavailableError("the ledger's database did not answer in time")
            : absl::DeadlineExceededError("the deadline passed in the ledger's queue"));
  }
}

bool LedgerEngine::Attempt(std::vector<Waiting> group) {
  static prometheus::Counter& retries =
      metrics::Counter("fiscus_ledger_retries_total", "Groups of the ledger tried again");
  static prometheus::Histogram& latency =
      metrics::Latency("fiscus_ledger_group_seconds", "Time of a group from lock to commit");
  const absl::Time started = clock_.Now();
  absl::Time deadline = absl::InfinitePast();
  std::vector<const Job*> jobs;
  for (Waiting& waiting : group) {
    waiting.attempted = true;
    deadline = std::max(deadline, waiting.job->call.deadline);
    jobs.push_back(waiting.job.get());
  }
  const bool skips = started < skip_locked_until_;
  Group attempt(jobs, TruncateToMicros(started),
                skips ? store::OnLocked::kSkip : store::OnLocked::kWait);
  const absl::Status status = write_once_(jobs.front()->call.caller.tenant, deadline,
                                          [&](pg::Tx& tx) { return attempt.Run(tx); });
  if (status.ok()) {
    failpoint::Reach("budget.ledger.after_commit");
    latency.Observe(absl::ToDoubleSeconds(clock_.Now() - started));
    std::vector<Group::JobAnswer> answers = attempt.TakeAnswers();
    CountAnswers(attempt, answers);
    std::vector<Waiting> held_back;
    for (size_t i = 0; i < group.size(); ++i) {
      if (attempt.IsHeldBack(i)) {
        held_back.push_back(std::move(group[i]));
      } else {
        group[i].job->done(std::move(answers[i]));
      }
    }
    if (!held_back.empty()) PutBack(std::move(held_back));
    return true;
  }
  if (status.code() == absl::StatusCode::kAborted && !skips) {
    skip_locked_until_ = clock_.Now() + options_.skip_locked_for;
  }
  if (Passes(status)) {
    retries.Increment();
    log::Warning("a group of the ledger is tried again",
                 {{"jobs", group.size()}, {"error", status.ToString()}});
    PutBack(std::move(group));
    return false;
  }
  if (group.size() > 1) {
    for (Waiting& waiting : group) waiting.alone = true;
    PutBack(std::move(group));
    return true;
  }
  log::Error("a job of the ledger failed", {{"method", group[0].job->call.method},
                                            {"request_id", group[0].job->call.request_id},
                                            {"error", status.ToString()}});
  group[0].job->done(status);
  return true;
}

void LedgerEngine::PutBack(std::vector<Waiting> group) {
  const std::lock_guard lock(mutex_);
  const std::string tenant = group.front().job->call.caller.tenant;
  Queue& queue = queue_of_tenant_[tenant];
  if (queue.empty()) turns_.push_back(tenant);
  for (const Waiting& waiting : group) waiting_commands_ += CommandsOf(*waiting.job);
  queue.insert(queue.begin(), std::make_move_iterator(group.begin()),
               std::make_move_iterator(group.end()));
}

}  // namespace fiscus::budget
