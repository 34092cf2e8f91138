#include "services/monitor/engine/totals.h"

#include "services/monitor/projections/arithmetic.h"

namespace fiscus::monitor {

void AddAmounts(const Amounts& b, bool take_away, Amounts& a) {
  const auto combine = take_away ? &Minus : &Plus;
  a.authorised = combine(a.authorised, b.authorised);
  a.encumbered = combine(a.encumbered, b.encumbered);
  a.in_transit = combine(a.in_transit, b.in_transit);
  a.paid = combine(a.paid, b.paid);
  a.refunded = combine(a.refunded, b.refunded);
  a.cleared = combine(a.cleared, b.cleared);
}

void Totals::Apply(const std::vector<Change>& changes) {
  if (changes.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const Change& change : changes) {
    TotalRow& row = by_tenant_[change.tenant][change.key];
    row.projects += change.projects;
    AddAmounts(change.plus, false, row.amounts);
    AddAmounts(change.minus, true, row.amounts);
  }
}

void Totals::Collect(std::string_view tenant, TotalRows& rows) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return;
  for (const auto& [key, row] : found->second) {
    TotalRow& sum = rows[key];
    sum.projects += row.projects;
    AddAmounts(row.amounts, false, sum.amounts);
  }
}

void Totals::Reset() {
  const std::lock_guard lock(mutex_);
  by_tenant_.clear();
}

}  // namespace fiscus::monitor
