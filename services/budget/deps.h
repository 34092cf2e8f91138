// All that handlers may use.
#pragma once

#include "libs/pg/database.h"
#include "libs/runtime/clock.h"
#include "services/budget/ledger/engine.h"
#include "services/budget/store/unit_cache.h"

namespace fiscus::budget {

struct Deps {
  pg::Database& database;
  const Clock& clock;
  LedgerEngine& engine;
  UnitCache& units;
};

}  // namespace fiscus::budget
