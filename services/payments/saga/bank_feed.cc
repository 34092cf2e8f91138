#include "services/payments/saga/bank_feed.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "services/payments/codec/bank_codec.h"
#include "services/payments/saga/bank_events.h"
#include "services/payments/saga/commit.h"
#include "services/payments/saga/doubt.h"
#include "services/payments/store/bank_store.h"

namespace fiscus::payments {
namespace {

// There is one adapter by now; its name is the key of its cursor.
constexpr char kAdapter[] = "default";
// Tenant of transactions that concern no tenant's rows, only the cursor.
constexpr char kNoTenant[] = "system";
constexpr int kEventsMax = 500;
constexpr absl::Duration kApplyMax = absl::Seconds(10);
constexpr absl::Duration kPauseIdle = absl::Milliseconds(5);
constexpr absl::Duration kPauseFirst = absl::Milliseconds(100);
constexpr absl::Duration kPauseMax = absl::Seconds(5);
constexpr absl::Duration kMeasureEvery = absl::Seconds(15);

// Consecutive events of one tenant.
struct Run {
  std::string tenant;
  std::vector<BankEvent> events;
};

// The usable events in order, cut where the tenant changes.
std::vector<Run> RunsOf(const bank::v1::PullEventsResponse& page) {
  std::vector<Run> runs;
  for (const bank::v1::TenantBankEvent& item : page.events()) {
    absl::StatusOr<BankEvent> event = ParseBankEvent(item.event());
    if (!event.ok() || !IsTenant(item.tenant())) {
      metrics::Counter("fiscus_payments_bank_events_unusable_total",
                       "Events of the bank without a usable id, payment, kind or tenant")
          .Increment();
      log::Error(
          "an unusable bank event was passed over",
          {{"error", event.ok() ? "malformed tenant" : std::string(event.status().message())}});
      continue;
    }
    if (runs.empty() || runs.back().tenant != item.tenant())
      runs.push_back({.tenant = item.tenant()});
    runs.back().events.push_back(*std::move(event));
  }
  return runs;
}

}  // namespace

absl::StatusOr<int> BankFeed::PullOnce() {
  int64_t cursor = 0;
  RETURN_IF_ERROR(deps_.database.Read(kNoTenant, SystemClock().Now() + kApplyMax,
                                      [&](pg::Tx& tx) -> absl::Status {
                                        ASSIGN_OR_RETURN(cursor, store::LoadCursor(tx, kAdapter));
                                        return absl::OkStatus();
                                      }));
  bank::v1::PullEventsRequest request;
  request.set_after_cursor(cursor);
  request.set_max_events(kEventsMax);
  request.set_wait_ms(static_cast<int>(absl::ToInt64Milliseconds(wait_max_)));
  const Call pull = JobCall(deps_, kNoTenant, wait_max_ + deps_.bank_call_max);
  ASSIGN_OR_RETURN(const bank::v1::PullEventsResponse page, deps_.bank.PullEvents(pull, request));
  if (page.next_cursor() <= cursor) return 0;
  std::vector<Run> runs = RunsOf(page);
  if (runs.empty()) runs.push_back({.tenant = kNoTenant});
  // The cursor moves with the last run: after a crash in between, the page is pulled again and
  // known events are dropped.
  for (size_t i = 0; i < runs.size(); ++i) {
    std::optional<CursorMove> move;
    if (i + 1 == runs.size()) move = CursorMove{kAdapter, cursor, page.next_cursor()};
    const Call call = JobCall(deps_, runs[i].tenant, kApplyMax);
    RETURN_IF_ERROR(ApplyBankEvents(deps_, call, runs[i].events, move).status());
  }
  return page.events_size();
}

void BankFeed::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

void BankFeed::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void BankFeed::Loop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  absl::Duration pause = kPauseFirst;
  absl::Time measure_at = absl::InfinitePast();
  while (!stop.stop_requested()) {
    if (SystemClock().Now() >= measure_at) {
      // What cannot be measured now keeps its last figure; the database's own alarms say why.
      (void)MeasureDoubt(deps_);
      measure_at = SystemClock().Now() + kMeasureEvery;
    }
    const absl::StatusOr<int> pulled = PullOnce();
    if (pulled.ok() && *pulled > 0) {
      pause = kPauseFirst;
      continue;
    }
    if (pulled.ok()) {
      // The pull has waited for events already; this bounds the rate at an adapter that does not
      // wait.
      pause = kPauseFirst;
    } else {
      log::Warning("the bank's events cannot be pulled",
                   {{"error", std::string(pulled.status().message())}});
    }
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, absl::ToChronoMilliseconds(pulled.ok() ? kPauseIdle : pause),
                     [] { return false; });
    if (!pulled.ok()) pause = std::min(pause * 2, kPauseMax);
  }
}

}  // namespace fiscus::payments
