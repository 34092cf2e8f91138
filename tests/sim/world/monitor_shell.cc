#include "tests/sim/world/monitor_shell.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

namespace fiscus::sim {
namespace {

constexpr size_t kPollMax = 6;
constexpr int64_t kErrorPauseMs = 100;
constexpr int32_t kYear = 2026;

monitor::EntryPosted EntryView(const trace::Fact& f) {
  monitor::LineView line{.line_id = f.line,
                         .project_id = f.project,
                         .unit_path = "/33/edu/",
                         .currency = f.currency,
                         .fiscal_year = kYear,
                         .status = monitor::LineStatus::kActive,
                         .authorised = f.authorised,
                         .encumbered = f.encumbered,
                         .in_transit = f.in_transit,
                         .paid = f.paid,
                         .refunded = f.refunded};
  return {.line = line, .contract_id = f.contract, .observed_paid = 0, .date = f.day};
}

}  // namespace

const monitor::RuleSet& SimRules() {
  static const monitor::RuleSet kRules = [] {
    std::vector<std::string> texts;
    for (const char* file : {"R01", "R30"}) {
      std::ifstream in(std::string("services/monitor/rules/") + file + ".textproto");
      std::stringstream text;
      text << in.rdbuf();
      texts.push_back(text.str());
    }
    absl::StatusOr<monitor::RuleSet> made = monitor::MakeRuleSet(texts);
    if (!made.ok()) {
      std::cerr << "fiscus-sim runs in the root of the repository: " << made.status() << "\n";
      std::abort();
    }
    return *std::move(made);
  }();
  return kRules;
}

MonitorShell::MonitorShell(int partition, Kernel& kernel, const Bugs& bugs, const Log& facts,
                           Log& warnings)
    : Part("monitor-" + std::to_string(partition)),
      partition_(partition),
      kernel_(kernel),
      bugs_(bugs),
      facts_(facts),
      warnings_(warnings),
      rules_(SimRules()) {
  for (rules::Rule& rule : rules_.rules) {
    if (bugs_.Has(Bug::kHoldIgnored)) rule.clear_hold = 1;
    if (bugs_.Has(Bug::kRefusalOnce)) rule.again.clear();
    if (!bugs_.Has(Bug::kThresholdOffByOne)) continue;
    for (rules::Level& level : rule.levels) ++level.any[0][0].threshold;
  }
}

void MonitorShell::Crash() {
  if (kernel_.Happens(FaultKind::kRollback, name() + " disk")) durable_ = earlier_;
  working_ = {};
}

void MonitorShell::Restart() {
  awake_ = false;  // whoever woke it while it was down was not heard
  publishing_ = false;
  ++lives_;
  working_ = durable_;
  working_.outputs.clear();
  Wake();
  Publish();
}

void MonitorShell::Wake() {
  if (awake_) return;
  awake_ = true;
  kernel_.After(*this, 5, name() + " polls", [this] {
    awake_ = false;
    Poll();
  });
}

void MonitorShell::Poll() {
  const std::vector<trace::Fact>& log = facts_.Records(partition_);
  std::vector<trace::Fact> batch;
  for (size_t i = working_.next_offset; i < log.size() && batch.size() < kPollMax; ++i) {
    batch.push_back(log[i]);
  }
  if (batch.empty()) return;
  const size_t next = working_.next_offset + batch.size();
  const std::string label = name() + " poll " + std::to_string(next);
  Swap(batch, label);
  if (bugs_.Has(Bug::kOffsetBeforeState)) durable_.next_offset = next;
  for (const trace::Fact& fact : batch) {
    if (Fold(fact)) continue;
    working_ = durable_;  // a gap: stop and read again
    working_.outputs.clear();
    awake_ = true;
    kernel_.After(*this, kErrorPauseMs, name() + " reads again", [this] {
      awake_ = false;
      Poll();
    });
    return;
  }
  working_.next_offset = next;
  awake_ = true;
  kernel_.After(*this, kernel_.Pick(label, 1, 10), name() + " commits", [this] {
    awake_ = false;
    Commit();
  });
}

// A later event of a line arrives before the next one, as from a relay that does not keep the
// order: the sequences show it.
void MonitorShell::Swap(std::vector<trace::Fact>& batch, const std::string& label) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto project = working_.projects.find(batch[i].key);
    if (batch[i].kind != "ENTRY" || project == working_.projects.end()) continue;
    const monitor::LineState* line = monitor::FindLine(project->second, batch[i].line);
    if (line == nullptr || batch[i].sequence != line->sequence + 1) continue;
    for (size_t j = i + 1; j < batch.size(); ++j) {
      if (batch[j].aggregate != batch[i].aggregate || batch[j].sequence <= batch[i].sequence) {
        continue;
      }
      if (kernel_.Happens(FaultKind::kSwap, label)) std::swap(batch[i], batch[j]);
      return;
    }
  }
}

void MonitorShell::Commit() {
  // What the log has acknowledged meanwhile is gone from the store.
  working_.outputs.insert(durable_.outputs.begin(), durable_.outputs.end());
  earlier_ = std::exchange(durable_, working_);
  working_.outputs.clear();
  Publish();
  Wake();
}

void MonitorShell::Publish() {
  if (publishing_ || durable_.outputs.empty()) return;
  std::vector<int64_t> acked;
  for (const auto& [number, fact] : durable_.outputs) {
    const bool sent =
        !kernel_.Happens(FaultKind::kLose, name() + " output " + std::to_string(number));
    if (sent) warnings_.Append(warnings_.PartitionOf(fact.key), fact);
    const bool said =
        sent && !kernel_.Happens(FaultKind::kRepeat, name() + " ack " + std::to_string(number));
    if (said || bugs_.Has(Bug::kOutputsBeforeAck)) acked.push_back(number);
    if (!said) break;
  }
  publishing_ = true;
  kernel_.After(*this, 10, name() + " acks", [this, acked] {
    publishing_ = false;
    for (const int64_t number : acked) durable_.outputs.erase(number);
    Publish();
  });
}

// False: there is a gap.
bool MonitorShell::Count(const trace::Fact& fact, int64_t& last) {
  if (fact.sequence > last + 1 && !bugs_.Has(Bug::kGapSkipped)) return false;
  last = std::max(last, fact.sequence);
  return true;
}

bool MonitorShell::Fold(const trace::Fact& fact) {
  if (fact.kind == "PAYMENT") return true;  // the rules here look at lines
  if (fact.kind == "DAY") {
    if (fact.sequence <= working_.day_sequence) return true;
    if (!Count(fact, working_.day_sequence)) return false;
    working_.closed = fact.day;
    for (auto& [key, project] : working_.projects) {
      monitor::CloseDay(fact.day, project);
      Evaluate(fact, rules::Trigger::kDayClosed, project, nullptr, {});
    }
    return true;
  }
  monitor::ProjectState& project = working_.projects[fact.key];
  if (project.key.empty()) {
    project.key = project.project_id = fact.key;
    project.tenant = "t";
  }
  const bool refused = fact.kind == "REFUSED";
  monitor::LineState& line = monitor::LineOf(project, fact.line);
  int64_t& last = refused ? line.refusal_sequence : line.sequence;
  if (fact.sequence <= last && !bugs_.Has(Bug::kMonitorDedupeLost)) return true;
  if (!Count(fact, last)) return false;
  if (refused && bugs_.Has(Bug::kRefusalsIgnored)) return true;
  if (working_.closed != 0) monitor::Follow(working_.closed, project);
  if (bugs_.Has(Bug::kDatesBelieved)) project.closed = monitor::kNoDay;
  if (refused) {
    const monitor::CommandRefused event{.line_id = fact.line,
                                        .project_id = fact.project,
                                        .unit_path = "/33/edu/",
                                        .usage_bp = fact.usage_bp,
                                        .asked = fact.asked,
                                        .over_budget = fact.over_budget,
                                        .date = fact.day};
    const monitor::Touched touched = monitor::Apply(event, project);
    Evaluate(fact, rules::Trigger::kCommandRefused, project, touched.line,
             {true, fact.usage_bp, fact.asked, fact.over_budget});
  } else {
    const monitor::Touched touched = monitor::Apply(EntryView(fact), project);
    Evaluate(fact, rules::Trigger::kEntryPosted, project, touched.line, {});
  }
  return true;
}

void MonitorShell::Evaluate(const trace::Fact& /*fact*/, rules::Trigger trigger,
                            monitor::ProjectState& project, const monitor::LineState* only,
                            const monitor::Refusal& refusal) {
  const monitor::Indicators now = monitor::Compute(project);
  for (const uint16_t rule : rules_.by_trigger[static_cast<size_t>(trigger)]) {
    for (monitor::LineState& line : project.lines) {
      if (only == nullptr || only == &line) EvaluateOne(rule, project, line, now, refusal);
    }
  }
}

void MonitorShell::EvaluateOne(uint16_t index, monitor::ProjectState& project,
                               monitor::LineState& line, const monitor::Indicators& now,
                               const monitor::Refusal& refusal) {
  const rules::Rule& rule = rules_.rules[index];
  const monitor::FactContext context{project, now, refusal, &line};
  const auto read = [&](int fact) {
    return monitor::AllFacts()[static_cast<size_t>(fact)].read(context);
  };
  auto slot = std::find_if(line.slots.begin(), line.slots.end(),
                           [index](const monitor::RuleSlot& one) { return one.rule == index; });
  if (slot == line.slots.end()) slot = line.slots.insert(line.slots.end(), {index, {}});
  const int32_t window = rules::WindowCode(rule.window, line.fiscal_year, kYear, 1);
  const std::optional<rules::Transition> step = rules::Step(rule, window, read, slot->track);
  if (!step.has_value()) return;
  const std::string fingerprint = rule.id + "/" + line.line_id + "/" + rules::WindowText(window);
  trace::Fact warning{.id = fingerprint + "/" + std::to_string(step->number),
                      .kind = "WARNING",
                      .key = project.key,
                      .aggregate = "warnings/" + project.key,
                      .sequence = ++project.warnings_sequence,
                      .line = line.line_id,
                      .day = project.as_of,
                      .fingerprint = fingerprint,
                      .rule = rule.id,
                      .severity = static_cast<int>(step->to),
                      .from_severity = static_cast<int>(step->from)};
  if (bugs_.Has(Bug::kWarningIdByAttempt)) warning.id += "/" + std::to_string(lives_);
  working_.outputs[++working_.output_number] = std::move(warning);
}

}  // namespace fiscus::sim
