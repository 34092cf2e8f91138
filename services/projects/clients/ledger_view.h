// What a budget line says to the life cycle of its project.
#pragma once

#include <string>

#include "fiscus/budget/v1/budget.pb.h"
#include "services/projects/domain/life_cycle.h"

namespace fiscus::projects {

// Adds a line to the view; `currency` is the project's. A line counts as the project's budget while
// its year is open and something is authorised on it in that currency; what it holds or has paid
// counts in any case.
void AddLine(const budget::v1::BudgetLine& line, const std::string& currency, LedgerView& view);

}  // namespace fiscus::projects
