// All that handlers and consumers may use.
#pragma once

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
};

}  // namespace fiscus::alerting
