#include "services/alerting/clock/day_closer.h"

#include <vector>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "services/alerting/clock/close.h"
#include "services/alerting/domain/business_clock.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {
namespace {

constexpr absl::Duration kPause = absl::Seconds(30);
constexpr absl::Duration kTimeLimit = absl::Seconds(30);

void Tell(const std::string& tenant, absl::Time end_of_last_day) {
  metrics::Gauge("fiscus_business_day_end_timestamp_seconds",
                 "End of the last closed day, Unix time; before the first: when the tenant was met",
                 {{"tenant", tenant}})
      .Set(static_cast<double>(absl::ToUnixSeconds(end_of_last_day)));
}

}  // namespace

DayCloser::~DayCloser() { Stop(); }

void DayCloser::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void DayCloser::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void DayCloser::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    RunOnce();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, absl::ToChronoMilliseconds(kPause), [] { return false; });
  }
}

void DayCloser::RunOnce() {
  prometheus::Counter& failures =
      metrics::Counter("fiscus_business_day_failures_total", "Rounds that could not close a day");
  std::vector<KnownTenant> tenants;
  absl::Status status =
      deps_.database.Read("", deps_.clock.Now() + kTimeLimit, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(tenants, ListKnownTenants(tx));
        return absl::OkStatus();
      });
  for (const KnownTenant& tenant : tenants) {
    if (const absl::Status closed = RunTenant(tenant.tenant, tenant.known_at); !closed.ok()) {
      log::Error("business day not closed",
                 {{"tenant", tenant.tenant}, {"error", closed.ToString()}});
      failures.Increment();
    }
  }
  if (status.ok()) return;
  log::Error("tenants not listed", {{"error", status.ToString()}});
  failures.Increment();
}

absl::Status DayCloser::RunTenant(const std::string& tenant, absl::Time known_at) {
  std::optional<absl::CivilDay> last;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(last, CloseNext(tenant, &more));
  }
  Tell(tenant, last ? absl::FromCivil(*last + 1, deps_.zone) : known_at);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<absl::CivilDay>> DayCloser::CloseNext(const std::string& tenant,
                                                                   bool* more) {
  const Call call = SystemCall("alerting", tenant, deps_.clock.Now(), kTimeLimit);
  std::optional<absl::CivilDay> last;
  *more = false;
  RETURN_IF_ERROR(deps_.database.Read(tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(last, LastClosedDay(tx));
    return absl::OkStatus();
  }));
  if (!close_after_) return last;
  const absl::CivilDay ended = LastEndedDay(call.now, deps_.zone, *close_after_);
  if (last && *last >= ended) return last;
  RETURN_IF_ERROR(deps_.database.Write(tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(last, LockClock(tx));
    if (last && *last >= ended) return absl::OkStatus();  // another replica was quicker
    const absl::CivilDay day = last ? *last + 1 : ended;
    RETURN_IF_ERROR(Close(deps_, tx, call, day));
    RETURN_IF_ERROR(pg::InsertAudit(tx, {{.call = call,
                                          .subject = "clock/" + tenant,
                                          .before = last ? FormatDate(*last) : "",
                                          .after = FormatDate(day)}}));
    last = day;
    return absl::OkStatus();
  }));
  *more = *last < ended;
  return last;
}

}  // namespace fiscus::alerting
