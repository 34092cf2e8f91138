// All that handlers and timers may use.
#pragma once

#include "libs/pg/database.h"
#include "libs/runtime/clock.h"
#include "services/projects/clients/ledger.h"

namespace fiscus::projects {

struct Deps {
  pg::Database& database;
  const Clock& clock;
  const Ledger& ledger;
};

}  // namespace fiscus::projects
