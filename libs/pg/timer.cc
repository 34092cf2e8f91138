#include "libs/pg/timer.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <vector>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/pg/queries.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::pg {
namespace {

constexpr int kRoundMax = 32;
constexpr int kBeatsPerLease = 3;
constexpr int kBackoffDoublingsMax = 20;

struct Leased {
  Timer timer;
  std::string kind;
  int64_t ticket = 0;
  absl::Time until;
};

absl::Time RecordBy() { return SystemClock().Now() + absl::Seconds(5); }

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

  absl::StatusOr<std::optional<Leased>> Lease();
  absl::Status Run(const Leased& leased);
  void Execute(const Leased& leased);
  absl::Status Renew();
  // True if a timer was due.
  absl::StatusOr<bool> RunOne();
  void Loop(const std::stop_token& stop);
  void Beat(const std::stop_token& stop);

  Database& database;
  const Clock& clock;
  const TimerOptions options;
  std::map<std::string, Handler> handlers;
  std::mutex mutex;
  std::condition_variable_any wake;
  bool woken = false;
  std::mutex running_mutex;
  std::condition_variable_any next_beat;
  std::list<Leased> running;  // as many as threads, at most
  std::vector<std::jthread> threads;
  std::jthread heart;
};

absl::StatusOr<std::optional<Leased>> TimerRunner::Impl::Lease() {
  std::vector<std::string> kinds;
  for (const auto& [kind, handler] : handlers) kinds.push_back(kind);
  const absl::Time now = clock.Now();
  const absl::Time until = now + options.lease;
  std::optional<Leased> leased;
  RETURN_IF_ERROR(database.Write("", RecordBy(), [&](Tx& tx) -> absl::Status {
    leased.reset();
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.Run(sql::kLeaseTimer, Args().Time(now).Time(until).TextArray(kinds)));
    for (const Row row : rows) {
      leased = Leased{.timer = {.tenant = row.Text("tenant"),
                                .subject = row.Text("subject"),
                                .attempts = static_cast<int>(row.Int("attempts")),
                                .due_at = now},
                      .kind = row.Text("kind"),
                      .ticket = row.Int("ticket"),
                      .until = until};
    }
    return absl::OkStatus();
  }));
  return leased;
}

// The handler, while the lease is renewed.
absl::Status TimerRunner::Impl::Run(const Leased& leased) {
  std::list<Leased>::iterator entry;
  {
    const std::lock_guard lock(running_mutex);
    entry = running.insert(running.end(), leased);
  }
  absl::Status status = handlers.at(leased.kind)(leased.timer);
  const std::lock_guard lock(running_mutex);
  running.erase(entry);
  return status;
}

void TimerRunner::Impl::Execute(const Leased& leased) {
  const absl::Status status = Run(leased);
  const Args id = Args()
                      .Text(leased.timer.tenant)
                      .Text(leased.kind)
                      .Text(leased.timer.subject)
                      .Int(leased.ticket);
  absl::Status recorded;
  if (status.ok()) {
    recorded = database.Write("", RecordBy(),
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
    recorded = database.Write(
        "", RecordBy(), [&](Tx& tx) { return tx.Run(sql::kPostponeTimer, postponed).status(); });
  }
  // Not recorded: the lease ends by itself and the handler runs again; handlers are idempotent.
  if (!recorded.ok())
    log::Warning("timer outcome not recorded", {{"error", std::string(recorded.message())}});
}

absl::Status TimerRunner::Impl::Renew() {
  std::vector<std::string> kinds, tenants, subjects;
  std::vector<int64_t> tickets;
  {
    const std::lock_guard lock(running_mutex);
    for (const Leased& leased : running) {
      kinds.push_back(leased.kind);
      tenants.push_back(leased.timer.tenant);
      subjects.push_back(leased.timer.subject);
      tickets.push_back(leased.ticket);
    }
  }
  if (kinds.empty()) return absl::OkStatus();
  const Args args =
      Args().TextArray(kinds).TextArray(tenants).TextArray(subjects).IntArray(tickets).Time(
          clock.Now() + options.lease);
  return database.Write("", RecordBy(),
                        [&](Tx& tx) { return tx.Run(sql::kRenewTimers, args).status(); });
}

absl::StatusOr<bool> TimerRunner::Impl::RunOne() {
  ASSIGN_OR_RETURN(const std::optional<Leased> leased, Lease());
  if (!leased.has_value()) return false;
  // Leasing itself may have taken long; then it is another's by now, or anybody's.
  if (clock.Now() < leased->until) Execute(*leased);
  return true;
}

void TimerRunner::Impl::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const absl::StatusOr<bool> ran = RunOne();
    if (ran.ok() && *ran) continue;  // more may be due
    if (!ran.ok())
      log::Warning("timers cannot be read", {{"error", std::string(ran.status().message())}});
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, absl::ToChronoMilliseconds(options.poll), [&] { return woken; });
    woken = false;
  }
}

void TimerRunner::Impl::Beat(const std::stop_token& stop) {
  const auto pause = absl::ToChronoMilliseconds(options.lease / kBeatsPerLease);
  while (!stop.stop_requested()) {
    // Not renewed: others may run it too, which is harmless; the next beat comes.
    if (const absl::Status renewed = Renew(); !renewed.ok())
      log::Warning("timers cannot be renewed", {{"error", std::string(renewed.message())}});
    std::unique_lock lock(running_mutex);
    next_beat.wait_for(lock, stop, pause, [] { return false; });
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
  impl_->heart = std::jthread([this](const std::stop_token& stop) { impl_->Beat(stop); });
}

void TimerRunner::Stop() {
  for (std::jthread& thread : impl_->threads) thread.request_stop();
  impl_->threads.clear();  // each ends what it runs, and its lease is renewed until then
  impl_->heart = {};
}

void TimerRunner::Wake() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->woken = true;
  }
  impl_->wake.notify_all();
}

absl::StatusOr<int> TimerRunner::RunDue() {
  int ran = 0;
  for (bool due = true; due && ran < kRoundMax; ran += due ? 1 : 0) {
    ASSIGN_OR_RETURN(due, impl_->RunOne());
  }
  return ran;
}

}  // namespace fiscus::pg
