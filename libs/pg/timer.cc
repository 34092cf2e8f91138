#include "libs/pg/timer.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/pg/queries.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::pg {
namespace {

constexpr int kLeaseBatch = 32;
constexpr int kBackoffDoublingsMax = 20;

struct Leased {
  Timer timer;
  std::string kind;
  int64_t ticket = 0;
};

}  // namespace

absl::Status ScheduleTimer(Tx& tx, std::string_view kind, std::string_view subject,
                           absl::Time due_at) {
  return tx.Run(sql::kScheduleTimer, Args().Text(tx.tenant()).Text(kind).Text(subject).Time(due_at))
      .status();
}

absl::Status CancelTimer(Tx& tx, std::string_view kind, std::string_view subject) {
  return tx.Run(sql::kCancelTimer, Args().Text(tx.tenant()).Text(kind).Text(subject)).status();
}

absl::Status ScheduleTimers(Tx& tx, std::string_view kind, const std::vector<DueSubject>& timers) {
  if (timers.empty()) return absl::OkStatus();
  std::vector<std::string> subjects, times;
  for (const DueSubject& timer : timers) {
    subjects.push_back(timer.subject);
    times.push_back(FormatTimestamp(timer.due_at));
  }
  return tx
      .Run(sql::kScheduleTimers,
           Args().Text(tx.tenant()).Text(kind).TextArray(subjects).TextArray(times))
      .status();
}

absl::Status CancelTimers(Tx& tx, std::string_view kind, const std::vector<std::string>& subjects) {
  if (subjects.empty()) return absl::OkStatus();
  return tx.Run(sql::kCancelTimers, Args().Text(tx.tenant()).Text(kind).TextArray(subjects))
      .status();
}

struct TimerRunner::Impl {
  Impl(Database& database, const Clock& clock, TimerOptions options)
      : database(database), clock(clock), options(options) {}

  absl::StatusOr<std::vector<Leased>> Lease();
  void Execute(const Leased& leased);
  void Loop(const std::stop_token& stop);
  absl::StatusOr<int> Round();

  Database& database;
  const Clock& clock;
  const TimerOptions options;
  std::map<std::string, Handler> handlers;
  std::mutex mutex;
  std::condition_variable_any wake;
  bool woken = false;
  std::vector<std::jthread> threads;
};

absl::StatusOr<std::vector<Leased>> TimerRunner::Impl::Lease() {
  std::vector<std::string> kinds;
  for (const auto& [kind, handler] : handlers) kinds.push_back(kind);
  const absl::Time now = clock.Now();
  std::vector<Leased> leased;
  RETURN_IF_ERROR(
      database.Write("", SystemClock().Now() + absl::Seconds(5), [&](Tx& tx) -> absl::Status {
        leased.clear();
        ASSIGN_OR_RETURN(
            const Rows rows,
            tx.Run(sql::kLeaseTimers,
                   Args().Time(now).Time(now + options.lease).TextArray(kinds).Int(kLeaseBatch)));
        for (const Row row : rows) {
          leased.push_back({.timer = {.tenant = row.Text("tenant"),
                                      .subject = row.Text("subject"),
                                      .attempts = static_cast<int>(row.Int("attempts")),
                                      .due_at = now},
                            .kind = row.Text("kind"),
                            .ticket = row.Int("ticket")});
        }
        return absl::OkStatus();
      }));
  return leased;
}

void TimerRunner::Impl::Execute(const Leased& leased) {
  const absl::Status status = handlers.at(leased.kind)(leased.timer);
  const Args id = Args()
                      .Text(leased.timer.tenant)
                      .Text(leased.kind)
                      .Text(leased.timer.subject)
                      .Int(leased.ticket);
  absl::Status recorded;
  if (status.ok()) {
    recorded = database.Write("", SystemClock().Now() + absl::Seconds(5),
                              [&](Tx& tx) { return tx.Run(sql::kFinishTimer, id).status(); });
  } else {
    metrics::Counter("fiscus_timer_failures_total", "Timer handlers that failed",
                     {{"kind", leased.kind}})
        .Increment();
    log::Warning("timer handler failed", {{"kind", leased.kind},
                                          {"subject", leased.timer.subject},
                                          {"attempts", leased.timer.attempts},
                                          {"error", std::string(status.message())}});
    const int doublings = std::min(leased.timer.attempts, kBackoffDoublingsMax);
    const absl::Duration pause =
        std::min(options.retry_first * (int64_t{1} << doublings), options.retry_max);
    Args postponed = id;
    postponed.Time(clock.Now() + pause);
    recorded = database.Write("", SystemClock().Now() + absl::Seconds(5), [&](Tx& tx) {
      return tx.Run(sql::kPostponeTimer, postponed).status();
    });
  }
  // Not recorded: the lease ends by itself and the handler runs again; handlers are idempotent.
  if (!recorded.ok())
    log::Warning("timer outcome not recorded", {{"error", std::string(recorded.message())}});
}

absl::StatusOr<int> TimerRunner::Impl::Round() {
  ASSIGN_OR_RETURN(const std::vector<Leased> due, Lease());
  for (const Leased& leased : due) Execute(leased);
  return static_cast<int>(due.size());
}

void TimerRunner::Impl::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const absl::StatusOr<int> ran = Round();
    if (!ran.ok())
      log::Warning("timers cannot be read", {{"error", std::string(ran.status().message())}});
    // A full batch means more is due; else wait for the next poll or a wake.
    if (ran.ok() && *ran == kLeaseBatch) continue;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, absl::ToChronoMilliseconds(options.poll), [&] { return woken; });
    woken = false;
  }
}

TimerRunner::TimerRunner(Database& database, const Clock& clock, TimerOptions options)
    : impl_(std::make_unique<Impl>(database, clock, options)) {}
TimerRunner::~TimerRunner() { Stop(); }
void TimerRunner::Handle(std::string kind, Handler handler) {
  impl_->handlers[std::move(kind)] = std::move(handler);
}

void TimerRunner::Start() {
  for (int i = 0; i < impl_->options.threads; ++i) {
    impl_->threads.emplace_back([this](const std::stop_token& stop) { impl_->Loop(stop); });
  }
}

void TimerRunner::Stop() { impl_->threads.clear(); }

void TimerRunner::Wake() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->woken = true;
  }
  impl_->wake.notify_all();
}

absl::StatusOr<int> TimerRunner::RunDue() { return impl_->Round(); }

}  // namespace fiscus::pg
