// GetTotals: sums over the caller's units, kept up to date by the partitions, so that the call
// costs no scan.
#include "fiscus/monitor/v1/monitor_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/monitor/rpc/reads.h"

namespace fiscus::monitor {
namespace {

void Fill(const TotalKey& key, const TotalRow& row, v1::UnitTotal& out) {
  out.set_unit_path(key.unit_path);
  out.set_currency(key.currency);
  out.set_observed(key.observed);
  out.set_projects(row.projects);
  out.set_authorised(row.amounts.authorised);
  out.set_encumbered(row.amounts.encumbered);
  out.set_in_transit(row.amounts.in_transit);
  out.set_paid(row.amounts.paid);
  out.set_refunded(row.amounts.refunded);
  out.set_cleared(row.amounts.cleared);
}

}  // namespace

absl::StatusOr<v1::GetTotalsResponse> GetTotals(const Deps& deps, const Call& call,
                                                const v1::GetTotalsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  RETURN_IF_ERROR(fields.status());
  RETURN_IF_ERROR(NeedAllPartitions(deps));
  TotalRows rows;
  deps.engine.Visit([&](const Engine::Held& held) {
    held.totals->Collect(call.caller.tenant, rows);
    return true;
  });
  const std::vector<std::string> scopes = ScopesUnder(call, request.under_path());
  v1::GetTotalsResponse response;
  TotalRows in_all;
  for (const auto& [key, row] : rows) {
    const bool blank = row.projects == 0 && row.amounts == Amounts{};
    if (blank || !InScope(key.unit_path, scopes)) continue;
    Fill(key, row, *response.add_by_unit());
    TotalRow& sum = in_all[{"", key.currency, key.observed}];
    sum.projects += row.projects;
    AddAmounts(row.amounts, false, sum.amounts);
  }
  for (const auto& [key, row] : in_all) Fill(key, row, *response.add_in_all());
  return response;
}

}  // namespace fiscus::monitor
