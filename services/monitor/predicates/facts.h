// The facts that rules may name: each is one function of the state. Pure, integers only.
//
// To add one: write the function here and in its file, add one line to all.cc. The unit is the
// suffix of the name in all.cc
// (_bp, _minor, _days, else a count). A function returns nullopt where the value is not known or
// does not exist; a rule then neither raises nor clears. Symbols: domain.md §C.
#pragma once

#include <cstdint>
#include <optional>

#include "services/monitor/projections/fold.h"
#include "services/monitor/projections/indicators.h"

namespace fiscus::monitor {

// What a fact is read from. Subjects that the rule is not about are null.
struct FactContext {
  const ProjectState& project;
  const Indicators& now;
  const Refusal& refusal;
  const LineState* line = nullptr;
  const ContractState* contract = nullptr;
  const Milestone* milestone = nullptr;
};
using FactValue = std::optional<int64_t>;

namespace facts {

// Project: execution of the judged year (project_facts.cc).
FactValue BudgetOpen(const FactContext& c);          // 1 while money may still be spent: not
                                                     // final-accounted, closed, cancelled
FactValue DeviationBp(const FactContext& c);         // y − P/A
FactValue ExecutionRateBp(const FactContext& c);     // P/A
FactValue PlannedExecutionBp(const FactContext& c);  // y
FactValue AuthorisedMinor(const FactContext& c);     // A
FactValue PaidNetMinor(const FactContext& c);        // P
// Project: estimate.
FactValue EstimateUseBp(
    const FactContext& c);  // (ΣC + other committed) / approved estimate, rounded up
FactValue EstimateMinor(const FactContext& c);  // approved estimate
FactValue CommittedMinor(
    const FactContext& c);  // ΣC + other committed; a forecast is not known yet and counts as 0
// Project: progress.
FactValue InExecution(const FactContext& c);  // 1 EXECUTING, 0 otherwise, not known while SUSPENDED
FactValue PhysicalBp(const FactContext& c);   // φ
FactValue TimeBp(const FactContext& c);       // τ
FactValue FinancialBp(const FactContext& c);  // f
FactValue PhysicalLagBp(const FactContext& c);  // τ − φ
FactValue DivergenceBp(const FactContext& c);   // max(τ, f, φ) − min(τ, f, φ)
FactValue WeekRiseBp(const FactContext& c);     // φ now − φ 7 days ago
FactValue StepFallBp(const FactContext& c);     // by how much the last measurement lowered φ
FactValue StallDays(const FactContext& c);  // days without a rise while a contract is EFFECTIVE and
                                            // φ < 100 %, else 0
FactValue MonthSwingBp(const FactContext& c);  // |φ now − φ 30 days ago|
// Project: earned value (evm_facts.cc).
FactValue BacMinor(const FactContext& c);
FactValue PvMinor(const FactContext& c);
FactValue EvMinor(const FactContext& c);
FactValue CostMinor(const FactContext& c);  // AC without advances not yet recovered: an advance is
                                            // no cost of work done
FactValue WorkCpiBp(const FactContext& c);  // EV / that cost; not known while EV = 0
FactValue SpiBp(const FactContext& c);      // EV / PV; not known while EV = 0
FactValue EvmNegatives(const FactContext& c);     // how many of EV, PV, AC, BAC are negative
FactValue EvWithoutAcDays(const FactContext& c);  // days since EV > 0 while AC ≤ 0, else 0
FactValue PvWithoutEvDays(const FactContext& c);  // days since PV > 0 while EV = 0, else 0

// Budget line (line_facts.cc).
FactValue UsageBp(
    const FactContext& c);  // (P + T + E + q)/A, rounded up; q only of a refused command
FactValue RefusedOverBudget(const FactContext& c);  // 1 if the event is a refusal for lack of
                                                    // budget or by tolerance, else 0
FactValue UsedMinor(const FactContext& c);          // P + T + E + q
FactValue LineAuthorisedMinor(const FactContext& c);
FactValue PlanUseBp(const FactContext& c);        // P to date / plan to date, rounded up
FactValue PlanToDateMinor(const FactContext& c);  // plan up to and including the month
FactValue LinePaidNetMinor(const FactContext& c);
FactValue LineUnspent(const FactContext& c);  // 1 if ACTIVE and nothing is paid, net, else 0
FactValue IdleDays(const FactContext& c);     // days since ACTIVE

// Contract (contract_facts.cc).
FactValue ContractLive(
    const FactContext& c);  // 1 if signed and neither declined nor terminated, else 0
FactValue PaymentAheadBp(const FactContext& c);  // (P − Adv)/C − φ of the contract
FactValue UnearnedMinor(const FactContext& c);   // P − Adv − M; not known without measured work
FactValue ContractPaidMinor(const FactContext& c);
FactValue ContractCertifiedMinor(const FactContext& c);
FactValue ContractValueMinor(const FactContext& c);
FactValue AdvanceOpenMinor(const FactContext& c);  // Adv: see OpenAdvance

// Milestone (milestone_facts.cc).
FactValue MilestoneOpen(const FactContext& c);      // 1 while not met and the project lives, else 0
FactValue MilestoneCritical(const FactContext& c);  // 1 on the critical path, else 0
FactValue SlipDays(const FactContext& c);           // today − due

}  // namespace facts

// The advance not yet recovered, approximated: payments do not say what of them recovers an
// advance, so recovery is taken to be linear in the contract's physical progress: Adv = advance
// paid × (1 − φ), rounded up. Real contracts recover faster, so this errs on the side of not
// warning.
int64_t OpenAdvance(const ProjectState& project, const ContractState& contract);
// φ of the contract: of its work items, else the project's; nullopt if neither is known.
std::optional<int32_t> ContractPhysicalBp(const ProjectState& project,
                                          const ContractState& contract);

}  // namespace fiscus::monitor
