// Facts of a contract: what was paid against what was done.
#include <algorithm>

#include "services/monitor/predicates/facts.h"
#include "services/monitor/projections/arithmetic.h"

namespace fiscus::monitor {

std::optional<int32_t> ContractPhysicalBp(const ProjectState& project,
                                          const ContractState& contract) {
  if (contract.items_value > 0) return ShareBp(contract.items_earned, contract.items_value);
  return project.physical_bp;
}

int64_t OpenAdvance(const ProjectState& project, const ContractState& contract) {
  const int64_t paid = std::max<int64_t>(0, contract.advance_paid);
  const int64_t left_bp = std::clamp<int64_t>(
      kWholeBp - ContractPhysicalBp(project, contract).value_or(0), 0, kWholeBp);
  return MulDiv(paid, left_bp, kWholeBp, Rounding::kUp).value_or(paid);
}

namespace facts {
namespace {

int64_t NetPaid(const ContractState& contract) { return Minus(contract.paid, contract.refunded); }

// P − Adv: what was paid for work.
int64_t PaidForWork(const FactContext& c) {
  return Minus(NetPaid(*c.contract), OpenAdvance(c.project, *c.contract));
}

}  // namespace

FactValue ContractLive(const FactContext& c) { return IsLive(*c.contract) ? 1 : 0; }

FactValue PaymentAheadBp(const FactContext& c) {
  const std::optional<int32_t> physical = ContractPhysicalBp(c.project, *c.contract);
  const std::optional<int32_t> paid = ShareBp(PaidForWork(c), c.contract->value);
  if (!physical || !paid) return std::nullopt;
  return int64_t{*paid} - *physical;
}

FactValue UnearnedMinor(const FactContext& c) {
  if (c.contract->items_value <= 0 && c.contract->certified <= 0) return std::nullopt;
  return Minus(PaidForWork(c), c.contract->certified);
}

FactValue ContractPaidMinor(const FactContext& c) { return NetPaid(*c.contract); }
FactValue ContractCertifiedMinor(const FactContext& c) { return c.contract->certified; }
FactValue ContractValueMinor(const FactContext& c) { return c.contract->value; }
FactValue AdvanceOpenMinor(const FactContext& c) { return OpenAdvance(c.project, *c.contract); }

}  // namespace facts
}  // namespace fiscus::monitor
