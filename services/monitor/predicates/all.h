// The list of facts, and the rule set made with it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/rules/load.h"
#include "libs/rules/rule.h"
#include "services/monitor/predicates/facts.h"

namespace fiscus::monitor {

// A fact by name.
struct Fact {
  std::string_view name;
  rules::Subject subject;
  FactValue (*read)(const FactContext& context);
};

// All facts, by index.
const std::vector<Fact>& AllFacts();
const rules::FactCatalog& Catalog();

// The rules in force, with the dispatch by trigger. Immutable, so shared by all partitions.
struct RuleSet {
  std::vector<rules::Rule> rules;  // suppressors first, else by id
  // Indexes into `rules`, in order.
  std::vector<uint16_t> by_trigger[rules::kTriggerCount];
  // Per rule, the indexes of those that suppress it.
  std::vector<std::vector<uint16_t>> suppressors;
  std::string digest;  // of the files' text: equal for equal rules

  // Index of a rule id; -1 if it is not in force.
  int Find(std::string_view id) const;
};

// Parses rule files, checks their examples and orders them. INVALID_ARGUMENT names the first fault.
absl::StatusOr<RuleSet> MakeRuleSet(const std::vector<std::string>& files);

}  // namespace fiscus::monitor
