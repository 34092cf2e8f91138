// Durable due work of all tenants: saga resumption, expiry, retries. One table without row-level
// security that holds no business data, only (tenant, kind, subject, due time).
//
// At least once: a handler may run again after a crash, so its effect must be idempotent. A handler
// that returns OK removes its timer unless it was scheduled anew meanwhile; one that fails is run
// again with growing delay (up to `retry_max`).
//
// A thread leases one timer at a time, so that nothing waits behind a slow handler. A started
// runner renews the leases of what it runs, however long that takes; what a crashed one ran is
// taken over when the lease ends.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "libs/runtime/clock.h"

namespace fiscus::pg {

// Sets or moves the timer (kind, subject) of the transaction's tenant; takes effect at commit.
absl::Status ScheduleTimer(Tx& tx, std::string_view kind, std::string_view subject,
                           absl::Time due_at);
// Removes it, if any.
absl::Status CancelTimer(Tx& tx, std::string_view kind, std::string_view subject);

// As the two above, for any number of timers of one kind in one statement each; subjects are
// distinct.
struct DueSubject {
  std::string subject;
  absl::Time due_at;
};
absl::Status ScheduleTimers(Tx& tx, std::string_view kind, const std::vector<DueSubject>& timers);
absl::Status CancelTimers(Tx& tx, std::string_view kind, const std::vector<std::string>& subjects);

struct Timer {
  std::string tenant;
  std::string subject;
  int attempts = 0;  // failed ones before
  absl::Time due_at;
};

struct TimerOptions {
  absl::Duration poll = absl::Milliseconds(250);
  absl::Duration lease = absl::Seconds(5);  // renewed at a third of it
  absl::Duration retry_first = absl::Milliseconds(200);
  absl::Duration retry_max = absl::Seconds(30);
  int threads = 2;
};

class TimerRunner {
 public:
  using Handler = std::function<absl::Status(const Timer&)>;
  TimerRunner(Database& database, const Clock& clock, TimerOptions options);
  ~TimerRunner();                                  // stops
  void Handle(std::string kind, Handler handler);  // before Start
  void Start();
  void Stop();
  // Looks for due timers now instead of at the next poll.
  void Wake();
  // One round on the calling thread; the number of timers run. For tests: leases are not renewed.
  absl::StatusOr<int> RunDue();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::pg
