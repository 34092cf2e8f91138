#include "services/monitor/predicates/all.h"

#include <algorithm>

#include "libs/core/status.h"
#include "libs/core/text.h"

namespace fiscus::monitor {

using rules::Subject;

// A fact is a function (facts.h) and a line here. An explicit list: registration by static objects
// is dropped by linkers.
const std::vector<Fact>& AllFacts() {
  static const std::vector<Fact> facts = {
      {"budget_open", Subject::kProject, &facts::BudgetOpen},
      {"deviation_bp", Subject::kProject, &facts::DeviationBp},
      {"execution_rate_bp", Subject::kProject, &facts::ExecutionRateBp},
      {"planned_execution_bp", Subject::kProject, &facts::PlannedExecutionBp},
      {"authorised_minor", Subject::kProject, &facts::AuthorisedMinor},
      {"paid_net_minor", Subject::kProject, &facts::PaidNetMinor},
      {"estimate_use_bp", Subject::kProject, &facts::EstimateUseBp},
      {"estimate_minor", Subject::kProject, &facts::EstimateMinor},
      {"committed_minor", Subject::kProject, &facts::CommittedMinor},
      {"in_execution", Subject::kProject, &facts::InExecution},
      {"physical_bp", Subject::kProject, &facts::PhysicalBp},
      {"time_bp", Subject::kProject, &facts::TimeBp},
      {"financial_bp", Subject::kProject, &facts::FinancialBp},
      {"physical_lag_bp", Subject::kProject, &facts::PhysicalLagBp},
      {"divergence_bp", Subject::kProject, &facts::DivergenceBp},
      {"week_rise_bp", Subject::kProject, &facts::WeekRiseBp},
      {"step_fall_bp", Subject::kProject, &facts::StepFallBp},
      {"stall_days", Subject::kProject, &facts::StallDays},
      {"month_swing_bp", Subject::kProject, &facts::MonthSwingBp},
      {"bac_minor", Subject::kProject, &facts::BacMinor},
      {"pv_minor", Subject::kProject, &facts::PvMinor},
      {"ev_minor", Subject::kProject, &facts::EvMinor},
      {"cost_minor", Subject::kProject, &facts::CostMinor},
      {"work_cpi_bp", Subject::kProject, &facts::WorkCpiBp},
      {"spi_bp", Subject::kProject, &facts::SpiBp},
      {"evm_negatives", Subject::kProject, &facts::EvmNegatives},
      {"ev_without_ac_days", Subject::kProject, &facts::EvWithoutAcDays},
      {"pv_without_ev_days", Subject::kProject, &facts::PvWithoutEvDays},
      {"usage_bp", Subject::kBudgetLine, &facts::UsageBp},
      {"refused_over_budget", Subject::kBudgetLine, &facts::RefusedOverBudget},
      {"used_minor", Subject::kBudgetLine, &facts::UsedMinor},
      {"line_authorised_minor", Subject::kBudgetLine, &facts::LineAuthorisedMinor},
      {"plan_use_bp", Subject::kBudgetLine, &facts::PlanUseBp},
      {"plan_to_date_minor", Subject::kBudgetLine, &facts::PlanToDateMinor},
      {"line_paid_net_minor", Subject::kBudgetLine, &facts::LinePaidNetMinor},
      {"line_unspent", Subject::kBudgetLine, &facts::LineUnspent},
      {"idle_days", Subject::kBudgetLine, &facts::IdleDays},
      {"contract_live", Subject::kContract, &facts::ContractLive},
      {"payment_ahead_bp", Subject::kContract, &facts::PaymentAheadBp},
      {"unearned_minor", Subject::kContract, &facts::UnearnedMinor},
      {"contract_paid_minor", Subject::kContract, &facts::ContractPaidMinor},
      {"contract_certified_minor", Subject::kContract, &facts::ContractCertifiedMinor},
      {"contract_value_minor", Subject::kContract, &facts::ContractValueMinor},
      {"advance_open_minor", Subject::kContract, &facts::AdvanceOpenMinor},
      {"milestone_open", Subject::kMilestone, &facts::MilestoneOpen},
      {"milestone_critical", Subject::kMilestone, &facts::MilestoneCritical},
      {"slip_days", Subject::kMilestone, &facts::SlipDays},
  };
  return facts;
}

const rules::FactCatalog& Catalog() {
  static const rules::FactCatalog catalog = [] {
    rules::FactCatalog made;
    for (const Fact& fact : AllFacts()) made.push_back({fact.name, fact.subject});
    return made;
  }();
  return catalog;
}

int RuleSet::Find(std::string_view id) const {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const rules::Rule& rule) { return rule.id == id; });
  return found == rules.end() ? -1 : static_cast<int>(found - rules.begin());
}

absl::StatusOr<RuleSet> MakeRuleSet(const std::vector<std::string>& files) {
  std::vector<rules::Rule> parsed;
  for (const std::string& text : files) {
    ASSIGN_OR_RETURN(rules::RuleFile file, rules::ParseRule(text, Catalog()));
    const std::vector<std::string> faults = rules::CheckExamples(file);
    if (!faults.empty()) return absl::InvalidArgumentError(faults.front());
    parsed.push_back(std::move(file.rule));
  }
  RuleSet set;
  ASSIGN_OR_RETURN(set.rules, rules::OrderRules(std::move(parsed)));
  set.suppressors.resize(set.rules.size());
  std::string digests;
  for (const rules::Rule& rule : set.rules) digests += Sha256(rule.source);
  set.digest = Hex(Sha256(digests));
  for (size_t i = 0; i < set.rules.size(); ++i) {
    const rules::Rule& rule = set.rules[i];
    for (const rules::Trigger trigger : rule.triggers) {
      set.by_trigger[static_cast<size_t>(trigger)].push_back(static_cast<uint16_t>(i));
    }
    for (const std::string& id : rule.suppressed_by) {
      const int index = set.Find(id);
      if (index >= 0) set.suppressors[i].push_back(static_cast<uint16_t>(index));
    }
  }
  return set;
}

}  // namespace fiscus::monitor
