#include "tests/sim/run/run.h"

#include "tests/sim/world/world.h"

namespace fiscus::sim {
namespace {

// Far more than any run needs: whoever gets here goes round in circles.
constexpr int64_t kStepsMax = 60'000;

}  // namespace

std::vector<Action> ActionsOf(uint64_t seed, int commands) {
  return seed % 2 == 0 ? RandomCommands(seed, commands) : MonthsOfAProvince(seed, commands);
}

RunResult Run(const RunOptions& options) {
  Kernel kernel(options.seed);
  if (options.faults.has_value()) kernel.LimitFaults(*options.faults);
  if (options.story) kernel.KeepStory();
  World world(kernel, options.bug);
  world.Play(options.actions.has_value() ? *options.actions
                                         : ActionsOf(options.seed, options.commands));
  RunResult result;
  while (world.auditor().failure().empty() && kernel.steps() < kStepsMax && kernel.Step()) {
  }
  if (world.auditor().failure().empty()) {
    if (kernel.steps() >= kStepsMax) {
      result.failure = "it never comes to rest";
    } else {
      world.Rest();
    }
  }
  if (result.failure.empty()) result.failure = world.auditor().failure();
  result.steps = kernel.steps();
  result.checks = world.auditor().checks();
  result.virtual_ms = kernel.now_ms();
  result.trace_hash = kernel.trace_hash();
  result.faults = kernel.faults();
  result.story = kernel.story();
  return result;
}

Hunted Hunt(Bug bug, uint64_t first_seed, uint64_t seeds_max, int commands) {
  for (uint64_t i = 0; i < seeds_max; ++i) {
    RunOptions options{.seed = first_seed + i, .commands = commands, .bug = bug};
    RunResult result = Run(options);
    if (!result.failure.empty()) return {i + 1, std::move(result.failure)};
  }
  return {};
}

}  // namespace fiscus::sim
