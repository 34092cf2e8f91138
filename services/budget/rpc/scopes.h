// The filter that limits lists and totals to what the caller may read. Thread-safe (pure).
#pragma once

#include <string>

#include "libs/runtime/call.h"
#include "services/budget/store/line_store.h"

namespace fiscus::budget {

inline LineFilter FilterFor(const Call& call, const std::string& under_path, int32_t fiscal_year) {
  return {.scopes = call.caller.ScopesFor(call.intent),
          .under_path = under_path,
          .project_id = "",
          .fiscal_year = fiscal_year};
}

}  // namespace fiscus::budget
