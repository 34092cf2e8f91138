// fiscus-sim: plays seeds, hunts planted bugs, replays and shrinks what fails. See README.md.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "tests/sim/run/run.h"

namespace fiscus::sim {
namespace {

constexpr int kShrinkRunsMax = 3000;

struct Options {
  uint64_t seeds = 1000;
  uint64_t first = 1;
  bool replay = false;  // --seed: this one only, with its story
  int steps = 80;
  std::string bug;
  bool quiet = false;
};

int Usage(bool wrong) {
  (wrong ? std::cerr : std::cout)
      << "usage: tools/dev sim [--seeds N] [--first S] [--steps N] [--bug NAME|all|list] [--seed "
         "S]\n"
         "\n"
         "  --seeds N   seeds to play (default 1000); with --bug: at most so many for each bug\n"
         "  --first S   the first of them (default 1)\n"
         "  --steps N   commands of a seed's workload (default 80)\n"
         "  --bug NAME  plant this bug, or each in turn (all), and say how many seeds caught it\n"
         "  --seed S    play one seed and print its trace hash; if it fails, shrink it and print\n"
         "              the steps that are left\n"
         "  --quiet     no progress\n"
         "\n"
         "Exit status: 0 all invariants held, or every planted bug was caught; 1 not; 2 usage.\n";
  return wrong ? 2 : 0;
}

double Seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// Shrinks a failing seed and tells its story.
void Explain(const RunOptions& options, const RunResult& failed) {
  std::cout << absl::StrFormat("seed %d FAILED after %d steps, trace %016x\n  %s\n", options.seed,
                               failed.steps, failed.trace_hash, failed.failure.c_str());
  const Shrunk shrunk = Shrink(options, kShrinkRunsMax);
  std::cout << absl::StrFormat(
      "shrunk in %d runs to %d commands and %d faults, trace %016x\n  %s\n", shrunk.runs,
      shrunk.options.actions->size(), shrunk.result.faults.size(), shrunk.result.trace_hash,
      shrunk.result.failure.c_str());
  std::cout << "commands:\n";
  for (const Action& action : *shrunk.options.actions) std::cout << "  " << ToText(action) << "\n";
  std::cout << "what happened:\n";
  for (const std::string& line : shrunk.result.story) std::cout << "  " << line << "\n";
  std::cout << "  → " << shrunk.result.failure << "\n";
}

int PlayOne(const Options& options, Bug bug) {
  const RunOptions run{.seed = options.first, .commands = options.steps, .bug = bug};
  const RunResult result = Run(run);
  if (!result.failure.empty()) {
    Explain(run, result);
    return 1;
  }
  std::cout << absl::StrFormat("seed %d: %d steps, %d checks, %d faults, %d ms, trace %016x: ok\n",
                               run.seed, result.steps, result.checks, result.faults.size(),
                               result.virtual_ms, result.trace_hash);
  return 0;
}

int PlayMany(const Options& options) {
  const double start = Seconds();
  int64_t steps = 0;
  int64_t checks = 0;
  int64_t faults = 0;
  for (uint64_t i = 0; i < options.seeds; ++i) {
    const RunOptions run{.seed = options.first + i, .commands = options.steps};
    const RunResult result = Run(run);
    steps += result.steps;
    checks += result.checks;
    faults += static_cast<int64_t>(result.faults.size());
    if (!result.failure.empty()) {
      Explain(run, result);
      std::cout << "again: tools/dev sim --seed " << run.seed << " --steps " << run.commands
                << "\n";
      return 1;
    }
    if (!options.quiet && (i + 1) % 500 == 0) {
      std::cerr << absl::StrFormat("%d of %d seeds, %.0f/s\n", i + 1, options.seeds,
                                   static_cast<double>(i + 1) / (Seconds() - start));
    }
  }
  const double seconds = Seconds() - start;
  std::cout << absl::StrFormat(
      "%d seeds, %d steps, %d faults, %d checks: all held (%.1f s, %.0f seeds/s)\n", options.seeds,
      steps, faults, checks, seconds, static_cast<double>(options.seeds) / seconds);
  return 0;
}

int HuntBugs(const Options& options) {
  int caught = 0;
  int planted = 0;
  for (const BugInfo& info : AllBugs()) {
    if (options.bug != "all" && options.bug != info.name) continue;
    ++planted;
    const Hunted found = Hunt(info.bug, options.first, options.seeds, options.steps);
    caught += found.seeds > 0 ? 1 : 0;
    std::cout << absl::StrFormat("%-24s %s  %s\n", std::string(info.name),
                                 found.seeds > 0 ? absl::StrFormat("%5d", found.seeds) : "  NOT",
                                 found.seeds > 0 ? found.failure : "caught");
  }
  std::cout << absl::StrFormat("%d of %d planted bugs caught\n", caught, planted);
  return caught == planted ? 0 : 1;
}

bool Number(const char* text, uint64_t& value) {
  return text != nullptr && absl::SimpleAtoi(text, &value) && value > 0;
}

// False: not understood.
bool Parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    uint64_t steps = 0;
    if (name == "--quiet") {
      options.quiet = true;
      continue;
    }
    if (name == "--seeds" && Number(value, options.seeds)) {
    } else if (name == "--first" && Number(value, options.first)) {
    } else if (name == "--seed" && Number(value, options.first)) {
      options.replay = true;
    } else if (name == "--steps" && Number(value, steps) && steps <= 100000) {
      options.steps = static_cast<int>(steps);
    } else if (name == "--bug" && value != nullptr) {
      options.bug = value;
    } else {
      return false;
    }
    ++i;
  }
  return true;
}

int Main(int argc, char** argv) {
  Options options;
  if (argc > 1 && (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)) {
    return Usage(false);
  }
  if (!Parse(argc, argv, options)) return Usage(true);
  if (options.bug == "list") {
    for (const BugInfo& info : AllBugs()) {
      std::cout << absl::StrFormat("%-24s %s\n", std::string(info.name), std::string(info.about));
    }
    return 0;
  }
  const std::optional<Bug> bug = FindBug(options.bug);
  if (!options.bug.empty() && options.bug != "all" && !bug.has_value()) {
    std::cerr << "no such bug: " << options.bug << " (--bug list)\n";
    return 2;
  }
  if (options.replay) return PlayOne(options, bug.value_or(Bug::kNone));
  return options.bug.empty() ? PlayMany(options) : HuntBugs(options);
}

}  // namespace
}  // namespace fiscus::sim

int main(int argc, char** argv) { return fiscus::sim::Main(argc, argv); }
