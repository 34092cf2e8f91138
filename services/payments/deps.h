// All that handlers and sagas of this service may use; made once by main.cc.
#pragma once

#include <functional>

#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "libs/runtime/clock.h"
#include "services/payments/clients/clients.h"
#include "services/payments/domain/errand.h"

namespace fiscus::payments {

struct Deps {
  pg::Database& database;
  const Clock& clock;
  BudgetClient& budget;
  ProjectsClient& projects;
  BankClient& bank;
  // How long the driver waits before it looks again.
  Pace pace;
  // A reservation expires after this time unless its payment is ordered; > 0.
  absl::Duration reservation_ttl;
  // Longest wait for one answer of the bank; > 0.
  absl::Duration bank_call_max;
  // Due work was committed: the timers look at once instead of at their next poll.
  std::function<void()> wake_timers;
};

}  // namespace fiscus::payments
