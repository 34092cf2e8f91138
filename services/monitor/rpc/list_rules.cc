// ListRules: the rules in force, ordered by id.
#include <algorithm>

#include "fiscus/monitor/v1/monitor_service.handlers.h"
#include "services/monitor/deps.h"

namespace fiscus::monitor {

absl::StatusOr<v1::ListRulesResponse> ListRules(const Deps& deps, const Call& /*call*/,
                                                const v1::ListRulesRequest& /*request*/) {
  v1::ListRulesResponse response;
  for (const rules::Rule& rule : deps.engine.rules().rules) {
    v1::RuleSummary& summary = *response.add_rules();
    summary.set_rule_id(rule.id);
    summary.set_version(rule.version);
    summary.set_title(rule.title);
    summary.set_citation(rule.citation);
    summary.set_source(rule.source);
  }
  std::sort(
      response.mutable_rules()->begin(), response.mutable_rules()->end(),
      [](const v1::RuleSummary& a, const v1::RuleSummary& b) { return a.rule_id() < b.rule_id(); });
  return response;
}

}  // namespace fiscus::monitor
