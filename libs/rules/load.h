// Reads rule files (textproto, fiscus.rule.v1.Rule) and checks them, so that a rule that runs is a
// rule that can be judged.
//
// Errors are INVALID_ARGUMENT and name the rule and what to mend. Pure: the text is given.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/rules/rule.h"

namespace fiscus::rules {

// An example of a rule file.
struct Example {
  std::string name;
  std::vector<std::optional<int64_t>> facts;  // by catalogue index
  Severity before = Severity::kNone;
  Severity expect = Severity::kNone;
};

// A rule with the examples of its file.
struct RuleFile {
  Rule rule;
  std::vector<Example> examples;
};

// Refuses: text that is no Rule; absent id, version, title, citation, subject, trigger or
// explanation; facts and parameters that do not exist or belong to another subject; levels that do
// not rise; a placeholder that names nothing; an unused parameter.
absl::StatusOr<RuleFile> ParseRule(std::string_view text, const FactCatalog& catalog);

// Rules ordered so that a rule stands behind those that suppress it, else by id. Refuses two of one
// id, and circles.
absl::StatusOr<std::vector<Rule>> OrderRules(std::vector<Rule> rules);

// Runs the examples and looks for missing ones: each threshold of a level needs an example just
// below, at and just above it. Empty if all is well, else one line per fault. For tests and for
// `fiscus-monitor --check-config`.
std::vector<std::string> CheckExamples(const RuleFile& file);

}  // namespace fiscus::rules
