#include "libs/rules/load.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscus/rule/v1/rule.pb.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/rules/judge.h"

namespace fiscus::rules {
namespace {

// Keeps the first complaint of the parser, with its place.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty())
      text_ = absl::StrFormat("line %d, column %d: %s", line + 1, column + 1, message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Turns one message into a Rule; the first fault ends it.
class Loader {
 public:
  Loader(const rule::v1::Rule& source, const FactCatalog& catalog)
      : source_(source), catalog_(catalog) {}

  absl::StatusOr<RuleFile> Load() {
    RETURN_IF_ERROR(Head());
    for (const rule::v1::Condition& condition : source_.applies()) {
      RETURN_IF_ERROR(Add(condition, /*threshold_named=*/false, file_.rule.applies));
    }
    RETURN_IF_ERROR(Levels());
    for (const rule::v1::Condition& condition : source_.again()) {
      RETURN_IF_ERROR(Add(condition, /*threshold_named=*/false, file_.rule.again));
    }
    RETURN_IF_ERROR(Text(source_.explain(), file_.rule.explain));
    RETURN_IF_ERROR(Text(source_.cleared(), file_.rule.cleared));
    for (size_t i = 0; i < file_.rule.parameters.size(); ++i) {
      if (!used_.contains(static_cast<int>(i))) {
        return Fault(absl::StrCat("parameter ", file_.rule.parameters[i].name, " is not used"));
      }
    }
    RETURN_IF_ERROR(Examples());
    for (const int fact : file_.rule.facts) {
      file_.rule.names.emplace_back(catalog_[static_cast<size_t>(fact)].name);
    }
    return std::move(file_);
  }

 private:
  absl::Status Fault(std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("rule ", source_.id(), ": ", ToAbsl(what)));
  }

  absl::Status Head() {
    Rule& rule = file_.rule;
    if (source_.id().empty() || source_.version().empty())
      return Fault("id and version are needed");
    if (source_.title().empty() || source_.citation().empty() || source_.explain().empty()) {
      return Fault("title, citation and explain are needed");
    }
    if (source_.subject() == rule::v1::SUBJECT_KIND_UNSPECIFIED) return Fault("subject is needed");
    if (source_.on().empty()) return Fault("at least one trigger (on) is needed");
    rule.id = source_.id();
    rule.version = source_.version();
    rule.title = source_.title();
    rule.citation = source_.citation();
    rule.subject = static_cast<Subject>(source_.subject());
    rule.window = static_cast<WindowKind>(source_.window());
    for (const int trigger : source_.on()) {
      if (trigger <= 0 || trigger >= kTriggerCount) return Fault("unknown trigger");
      rule.triggers.push_back(static_cast<Trigger>(trigger));
    }
    rule.suppressed_by.assign(source_.suppressed_by().begin(), source_.suppressed_by().end());
    for (const rule::v1::Parameter& parameter : source_.parameter()) {
      if (parameter.name().empty() || parameter.meaning().empty())
        return Fault("a parameter needs a name and its meaning");
      if (FindParameter(parameter.name()) >= 0)
        return Fault(absl::StrCat("parameter ", parameter.name(), " stands twice"));
      rule.parameters.push_back({parameter.name(), parameter.value()});
    }
    if (source_.hold().raise() < 0 || source_.hold().clear() < 0)
      return Fault("a hold is a count ≥ 0");
    rule.raise_hold = std::max(1, source_.hold().raise());
    rule.clear_hold = std::max(1, source_.hold().clear());
    return absl::OkStatus();
  }

  absl::Status Levels() {
    Severity last = Severity::kNone;
    for (const rule::v1::Level& source : source_.level()) {
      Level level{static_cast<Severity>(source.severity()), {}};
      if (level.severity <= last || level.severity > Severity::kRed)
        return Fault("levels must rise in severity");
      last = level.severity;
      for (const rule::v1::Clause& clause : source.any()) {
        level.any.emplace_back();
        for (const rule::v1::Condition& condition : clause.all()) {
          RETURN_IF_ERROR(Add(condition, /*threshold_named=*/true, level.any.back()));
        }
        if (level.any.back().empty()) return Fault("an empty clause would always be true");
      }
      if (level.any.empty()) return Fault("a level without a clause can never be reached");
      file_.rule.levels.push_back(std::move(level));
    }
    return file_.rule.levels.empty() ? Fault("at least one level is needed") : absl::OkStatus();
  }

  // A level's threshold must be a named parameter, unless it asks for a flag by EQ: numbers that
  // people tune have names.
  absl::Status Add(const rule::v1::Condition& source, bool threshold_named, Clause& clause) {
    Condition condition;
    condition.fact = FindFact(source.fact());
    if (condition.fact < 0)
      return Fault(absl::StrCat("no fact ", source.fact(), " of this subject"));
    if (source.op() == rule::v1::COMPARISON_UNSPECIFIED)
      return Fault(absl::StrCat(source.fact(), ": op is needed"));
    condition.op = static_cast<Comparison>(source.op());
    if (!source.parameter().empty()) {
      RETURN_IF_ERROR(Use(source.parameter(), condition.threshold));
    } else if (threshold_named && source.op() != rule::v1::EQ) {
      return Fault(absl::StrCat(source.fact(), ": the threshold must be a parameter"));
    } else {
      condition.threshold = source.value();
    }
    if (!source.margin().empty()) RETURN_IF_ERROR(Use(source.margin(), condition.margin));
    if (condition.margin < 0) return Fault(absl::StrCat(source.fact(), ": a margin is ≥ 0"));
    Mention(condition.fact);
    clause.push_back(condition);
    return absl::OkStatus();
  }

  absl::Status Use(const std::string& name, int64_t& value) {
    const int index = FindParameter(name);
    if (index < 0) return Fault(absl::StrCat("no parameter ", name));
    used_.insert(index);
    value = file_.rule.parameters[static_cast<size_t>(index)].value;
    return absl::OkStatus();
  }

  absl::Status Text(const std::string& text, std::vector<TextPart>& parts) {
    size_t at = 0;
    while (at < text.size()) {
      const size_t open = text.find('{', at);
      TextPart part{text.substr(at, open == std::string::npos ? open : open - at), "", -1, -1};
      if (open != std::string::npos) {
        const size_t close = text.find('}', open);
        if (close == std::string::npos) return Fault("a placeholder is not closed");
        part.name = text.substr(open + 1, close - open - 1);
        part.fact = FindFact(part.name);
        part.parameter = FindParameter(part.name);
        if (part.fact < 0 && part.parameter < 0)
          return Fault(absl::StrCat("{", part.name, "} names nothing"));
        if (part.fact >= 0) Mention(part.fact);
        if (part.parameter >= 0) used_.insert(part.parameter);
        at = close + 1;
      } else {
        at = text.size();
      }
      parts.push_back(std::move(part));
    }
    return absl::OkStatus();
  }

  absl::Status Examples() {
    for (const rule::v1::Example& source : source_.example()) {
      Example example{source.name(),
                      {},
                      static_cast<Severity>(source.before()),
                      static_cast<Severity>(source.expect())};
      example.facts.resize(catalog_.size());
      for (const rule::v1::Given& given : source.given()) {
        const int fact = FindFact(given.fact());
        if (fact < 0)
          return Fault(absl::StrCat("example ", source.name(), ": no fact ", given.fact()));
        example.facts[static_cast<size_t>(fact)] = given.value();
      }
      file_.examples.push_back(std::move(example));
    }
    return absl::OkStatus();
  }

  int FindFact(std::string_view name) const {
    for (size_t i = 0; i < catalog_.size(); ++i) {
      if (catalog_[i].name == name && catalog_[i].subject == file_.rule.subject)
        return static_cast<int>(i);
    }
    return -1;
  }
  int FindParameter(std::string_view name) const {
    const std::vector<Parameter>& all = file_.rule.parameters;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Parameter& p) { return p.name == name; });
    return found == all.end() ? -1 : static_cast<int>(found - all.begin());
  }
  void Mention(int fact) {
    std::vector<int>& facts = file_.rule.facts;
    if (std::find(facts.begin(), facts.end(), fact) == facts.end()) facts.push_back(fact);
  }

  const rule::v1::Rule& source_;
  const FactCatalog& catalog_;
  RuleFile file_;
  std::set<int> used_;  // parameters
};

// Adds a line for each of T − 1, T, T + 1 that no example gives to the fact.
void CheckThreshold(const RuleFile& file, const Condition& condition,
                    std::vector<std::string>& faults) {
  const auto fact = static_cast<size_t>(condition.fact);
  for (int64_t offset = -1; offset <= 1; ++offset) {
    const int64_t wanted = condition.threshold + offset;
    const bool found = std::any_of(file.examples.begin(), file.examples.end(),
                                   [&](const Example& e) { return e.facts[fact] == wanted; });
    if (!found) {
      const auto name = std::find(file.rule.facts.begin(), file.rule.facts.end(), condition.fact) -
                        file.rule.facts.begin();
      faults.push_back(absl::StrCat(file.rule.id, ": no example with ",
                                    file.rule.names[static_cast<size_t>(name)], " = ", wanted));
    }
  }
}

}  // namespace

absl::StatusOr<RuleFile> ParseRule(std::string_view text, const FactCatalog& catalog) {
  rule::v1::Rule source;
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &source)) {
    return absl::InvalidArgumentError(absl::StrCat("no rule file: ", error.text()));
  }
  ASSIGN_OR_RETURN(RuleFile file, Loader(source, catalog).Load());
  file.rule.source = std::string(text);
  return file;
}

absl::StatusOr<std::vector<Rule>> OrderRules(std::vector<Rule> rules) {
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  std::set<std::string> known;
  for (const Rule& rule : rules) {
    if (!known.insert(rule.id).second) {
      return absl::InvalidArgumentError(absl::StrCat("rule ", rule.id, " stands twice"));
    }
  }
  std::vector<Rule> ordered;
  std::set<std::string> done;
  while (!rules.empty()) {
    const auto next = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
      return std::all_of(
          rule.suppressed_by.begin(), rule.suppressed_by.end(), [&](const std::string& id) {
            return done.contains(id) ||
                   !known.contains(id);  // a rule that is not installed suppresses nothing
          });
    });
    if (next == rules.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("rule ", rules.front().id, " suppresses itself in a circle"));
    }
    done.insert(next->id);
    ordered.push_back(std::move(*next));
    rules.erase(next);
  }
  return ordered;
}

std::vector<std::string> CheckExamples(const RuleFile& file) {
  std::vector<std::string> faults;
  for (const Example& example : file.examples) {
    const Verdict verdict = Judge(file.rule, example.before, [&](int fact) {
      return example.facts[static_cast<size_t>(fact)];
    });
    if (verdict.severity != example.expect) {
      faults.push_back(absl::StrCat(file.rule.id, ": example \"", example.name,
                                    "\" gives severity ", static_cast<int>(verdict.severity),
                                    " instead of ", static_cast<int>(example.expect)));
    }
  }
  for (const Level& level : file.rule.levels) {
    for (const Clause& clause : level.any) {
      for (const Condition& condition : clause) {
        if (condition.op != Comparison::kEqual) CheckThreshold(file, condition, faults);
      }
    }
  }
  return faults;
}

}  // namespace fiscus::rules
