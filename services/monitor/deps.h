// All that handlers may use.
#pragma once

#include "services/monitor/engine/engine.h"

namespace fiscus::monitor {

struct Deps {
  const Engine& engine;
};

}  // namespace fiscus::monitor
