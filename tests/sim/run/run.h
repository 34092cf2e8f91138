// One run of the simulation, from a seed or from a given list of actions and faults.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/workload/action.h"
#include "tests/sim/world/bugs.h"

namespace fiscus::sim {

struct RunOptions {
  uint64_t seed = 1;
  int commands = 80;
  Bug bug = Bug::kNone;
  std::optional<std::vector<Action>> actions;  // instead of the seed's
  std::optional<std::set<uint64_t>> faults;    // only these may happen
  bool story = false;
};

struct RunResult {
  std::string failure;  // empty: all invariants held
  int64_t steps = 0;
  int64_t checks = 0;
  int64_t virtual_ms = 0;
  uint64_t trace_hash = 0;  // equal runs have equal hashes
  std::set<uint64_t> faults;
  std::vector<std::string> story;
};

// The workload of a seed: even seeds random commands, odd ones months of a province.
std::vector<Action> ActionsOf(uint64_t seed, int commands);

RunResult Run(const RunOptions& options);

// A failing run with as few actions and faults as delta debugging finds. `options` must fail.
struct Shrunk {
  RunOptions options;
  RunResult result;
  int runs = 0;
};
Shrunk Shrink(const RunOptions& options, int runs_max);

// The number of seeds, from 1, that it takes to catch the bug; 0: not caught within `seeds_max`.
struct Hunted {
  uint64_t seeds = 0;
  std::string failure;
};
Hunted Hunt(Bug bug, uint64_t first_seed, uint64_t seeds_max, int commands);

}  // namespace fiscus::sim
