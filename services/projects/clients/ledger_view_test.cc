#include "services/projects/clients/ledger_view.h"

#include <catch2/catch.hpp>

namespace fiscus::projects {
namespace {

budget::v1::BudgetLine LineOf(budget::v1::LineState state, int64_t authorised,
                              const std::string& currency = "CNY") {
  budget::v1::BudgetLine line;
  line.set_state(state);
  line.set_currency(currency);
  line.mutable_balances()->set_authorised(authorised);
  return line;
}

}  // namespace

TEST_CASE("A line is the project's budget while it is open, funded and of its currency",
          "[projects][clients]") {
  using budget::v1::BudgetLine;
  const auto [line, lines, active] = GENERATE(table<BudgetLine, int64_t, int64_t>(
      {{LineOf(budget::v1::LINE_STATE_ACTIVE, 1), 1, 1},
       {LineOf(budget::v1::LINE_STATE_FROZEN, 1), 1, 0},
       {LineOf(budget::v1::LINE_STATE_PENDING_ALLOTMENT, 1), 1, 0},
       {LineOf(budget::v1::LINE_STATE_CLOSED, 1), 0, 0},
       {LineOf(budget::v1::LINE_STATE_ACTIVE, 0), 0, 0},
       {LineOf(budget::v1::LINE_STATE_ACTIVE, 1, "MXN"), 0, 0}}));
  LedgerView view;
  AddLine(line, "CNY", view);
  CHECK(view.lines == lines);
  CHECK(view.active_lines == active);
}

TEST_CASE("What a closed line has paid still counts", "[projects][clients]") {
  budget::v1::BudgetLine line = LineOf(budget::v1::LINE_STATE_CLOSED, 100);
  line.mutable_balances()->set_paid(90);
  line.mutable_balances()->set_refunded(20);
  line.mutable_balances()->set_encumbered(3);
  line.mutable_balances()->set_in_transit(4);
  LedgerView view;
  AddLine(line, "CNY", view);
  CHECK(view.net_paid_minor == 70);
  CHECK(view.encumbered_minor == 3);
  CHECK(view.in_transit_minor == 4);
  CHECK(view.foreign_used_lines == 0);
  AddLine(line, "MXN", view);
  CHECK(view.foreign_open_lines == 1);
  CHECK(view.foreign_used_lines == 1);
}

}  // namespace fiscus::projects
