// Words a warning. Pure.
#pragma once

#include <string>
#include <string_view>

#include "libs/rules/judge.h"
#include "libs/rules/rule.h"

namespace fiscus::rules {

// A value by the unit suffix of its name: _bp "12.34 %", _minor "1,234.56 CNY", _days "31 days",
// else the number.
std::string FormatValue(std::string_view name, int64_t value, std::string_view currency);

// The text of a warning that was raised or changed (`cleared` false) or cleared. A fact that is not
// known is "unknown".
std::string Explain(const Rule& rule, bool cleared, FactReader facts, std::string_view currency);

// Windows as numbers: 0 none, 2026 a year, 202606 a month; and as text: "", "2026", "2026-06".
int32_t WindowCode(WindowKind kind, int fiscal_year, int year, int month);
std::string WindowText(int32_t code);

}  // namespace fiscus::rules
