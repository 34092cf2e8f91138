// One cell to one typed value, or to the reason why not. Knows nothing of rows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/tabular/cell.h"
#include "libs/tabular/fold.h"
#include "libs/tabular/plan.h"

namespace fiscus::tabular {

// A typed value. `number`: minor units, basis points or the whole number; `text`: what templates
// show.
struct Value {
  bool present = false;
  std::string text;
  std::string key;  // NAME
  int64_t number = 0;
};

// Why a cell or a row cannot be taken.
struct Problem {
  std::string reason;
  std::string message;
  int field = -1;  // of the plan, whose cell is to blame; -1: the row as a whole, or known already
};

// What a conversion needs besides field and cell.
struct ConvertContext {
  const Plan& plan;
  std::map<std::string, NameBook>& names;  // by folding; learns
  bool dates_1904 = false;
};

// Converts the cell (null: the file leaves it out) into `value`. Reasons: REQUIRED, SHEET_ERROR,
// CONTROL_CHARACTER, TOO_LONG, NOT_A_NUMBER, TOO_PRECISE, OUT_OF_RANGE, NOT_A_DATE, UNKNOWN_NAME.
std::optional<Problem> Convert(const ConvertContext& context, const PlannedField& field,
                               const Cell* cell, Value& value);

}  // namespace fiscus::tabular
