// All that handlers and consumers may use.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "libs/runtime/clock.h"
#include "services/alerting/feed/feed.h"

namespace fiscus::alerting {

struct Deps {
  pg::Database& database;
  const Clock& clock;
  Feed& feed;
  absl::TimeZone zone;  // in which a business day ends
  // CloseDay takes no day further ahead of the real date than this, days; nullopt: any.
  std::optional<int> days_ahead_max;
};

}  // namespace fiscus::alerting
