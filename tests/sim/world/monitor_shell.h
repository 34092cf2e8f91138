// A monitor instance in memory for one partition: the real fold, facts and rules over a store whose
// one write holds state, offset and outputs, as engine/partition_store.h has it.
//
// Reads from the state's own offset, drops repeats, stops at gaps and reads again; outputs have
// deterministic ids and leave the store when the log has acknowledged them. A lost disk comes back
// as an earlier commit. Rules whose subject is a budget line are evaluated, as engine/processor.cc
// does it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/rules/explain.h"
#include "libs/rules/judge.h"
#include "services/monitor/predicates/all.h"
#include "services/monitor/projections/fold.h"
#include "services/monitor/projections/indicators.h"
#include "tests/sim/trace/trace.h"
#include "tests/sim/world/bugs.h"
#include "tests/sim/world/kernel.h"
#include "tests/sim/world/log.h"

namespace fiscus::sim {

// The rules of the simulation, from the product's own files; aborts if they cannot be read.
const monitor::RuleSet& SimRules();

class MonitorShell : public Part {
 public:
  MonitorShell(int partition, Kernel& kernel, const Bugs& bugs, const Log& facts, Log& warnings);

  void Wake();
  int32_t closed_day() const { return durable_.closed; }
  void Crash() override;
  void Restart() override;

 private:
  // What one write of the store holds.
  struct State {
    std::map<std::string, monitor::ProjectState> projects;
    int32_t closed = 0;
    int64_t day_sequence = 0;
    size_t next_offset = 0;
    int64_t output_number = 0;
    std::map<int64_t, trace::Fact> outputs;  // not yet acknowledged, by number
  };

  void Poll();
  void Swap(std::vector<trace::Fact>& batch, const std::string& label);
  bool Fold(const trace::Fact& fact);
  bool Count(const trace::Fact& fact, int64_t& last);
  void Evaluate(const trace::Fact& fact, rules::Trigger trigger, monitor::ProjectState& project,
                const monitor::LineState* only, const monitor::Refusal& refusal);
  void EvaluateOne(uint16_t rule, monitor::ProjectState& project, monitor::LineState& line,
                   const monitor::Indicators& now, const monitor::Refusal& refusal);
  void Commit();
  void Publish();

  const int partition_;
  Kernel& kernel_;
  const Bugs& bugs_;
  const Log& facts_;
  Log& warnings_;
  monitor::RuleSet rules_;
  State durable_;
  State earlier_;  // the commit before: what a restored disk may hold
  State working_;
  bool awake_ = false;
  bool publishing_ = false;
  int lives_ = 0;
};

}  // namespace fiscus::sim
