// Closes the business days of all tenants that have ended, one after the other, up to yesterday;
// and tells how far each tenant's clock is (fiscus_business_day_end_timestamp_seconds), whoever
// closes its days. A tenant without a clock begins with yesterday.
//
// Any number of replicas: the clock's row decides who closes a day. A tenant whose day cannot be
// closed holds up no other; it is tried again in the next round.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/alerting/deps.h"

namespace fiscus::alerting {

class DayCloser {
 public:
  // `close_after`: time of day in `deps.zone` from which the day before is closed; nullopt: closes
  // nothing. `deps` outlives it.
  DayCloser(const Deps& deps, std::optional<absl::Duration> close_after)
      : deps_(deps), close_after_(close_after) {}
  ~DayCloser();  // stops
  void Start();
  void Stop();
  // One round on the calling thread; for tests, instead of Start.
  void RunOnce();

 private:
  void Run(const std::stop_token& stop);
  absl::Status RunTenant(const std::string& tenant, absl::Time known_at);
  // Closes the next ended day. The answer is the last closed day then; `more`: there is another.
  absl::StatusOr<std::optional<absl::CivilDay>> CloseNext(const std::string& tenant, bool* more);

  const Deps& deps_;
  const std::optional<absl::Duration> close_after_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace fiscus::alerting
