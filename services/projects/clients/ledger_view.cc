#include "services/projects/clients/ledger_view.h"

namespace fiscus::projects {

void AddLine(const budget::v1::BudgetLine& line, const std::string& currency, LedgerView& view) {
  const budget::v1::Balances& b = line.balances();
  if (line.currency() != currency) {
    const bool open = b.encumbered() != 0 || b.in_transit() != 0;
    view.foreign_open_lines += open ? 1 : 0;
    view.foreign_used_lines += open || b.paid() != 0 ? 1 : 0;
    return;
  }
  const bool approved = line.state() != budget::v1::LINE_STATE_CLOSED && b.authorised() > 0;
  view.lines += approved ? 1 : 0;
  view.active_lines += approved && line.state() == budget::v1::LINE_STATE_ACTIVE ? 1 : 0;
  view.encumbered_minor += b.encumbered();
  view.in_transit_minor += b.in_transit();
  view.net_paid_minor += b.paid() - b.refunded();
}

}  // namespace fiscus::projects
