#include <catch2/catch.hpp>

#include "tests/sim/run/run.h"

namespace fiscus::sim {
namespace {

constexpr int kCommands = 80;
constexpr uint64_t kSeeds = 300;
constexpr uint64_t kSeedsPerBug = 400;

TEST_CASE("Money, events, warnings and alerts survive every simulated fault") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RunResult result = Run({.seed = seed, .commands = kCommands});
    INFO("tools/dev sim --seed " << seed);
    REQUIRE(result.failure == "");
  }
}

TEST_CASE("Every planted bug is caught") {
  REQUIRE(AllBugs().size() >= 30);
  for (const BugInfo& info : AllBugs()) {
    INFO("tools/dev sim --bug " << std::string(info.name));
    CHECK(Hunt(info.bug, 1, kSeedsPerBug, kCommands).seeds > 0);
  }
}

TEST_CASE("A seed replays exactly and a failure shrinks") {
  const RunOptions options{.seed = 7, .commands = kCommands};
  const RunResult first = Run(options);
  const RunResult again = Run(options);
  CHECK(first.trace_hash == again.trace_hash);
  CHECK(first.steps == again.steps);
  CHECK(first.faults == again.faults);

  const Bug bug = *FindBug("transfer-one-leg");
  RunOptions failing{.commands = kCommands, .bug = bug};
  failing.seed = Hunt(bug, 1, kSeedsPerBug, kCommands).seeds;
  const Shrunk shrunk = Shrink(failing, 2000);
  CHECK_FALSE(shrunk.result.failure.empty());
  CHECK(shrunk.options.actions->size() <= 4);  // two lines and a transfer, hardly more
  CHECK(shrunk.options.faults->empty());
}

}  // namespace
}  // namespace fiscus::sim
