// Delta debugging (Zeller's ddmin) over the actions, then over the faults, until neither gets
// smaller.
#include <algorithm>

#include "tests/sim/run/run.h"

namespace fiscus::sim {
namespace {

class Shrinker {
 public:
  Shrinker(const RunOptions& options, int runs_max) : runs_max_(runs_max), best_{options, {}, 0} {
    best_.result = Run(options);
    if (!best_.options.actions.has_value()) {
      best_.options.actions = ActionsOf(options.seed, options.commands);
    }
    best_.options.faults = best_.result.faults;
  }

  Shrunk Go() {
    size_t before = 0;
    do {
      before = Size();
      std::vector<uint64_t> faults(best_.options.faults->begin(), best_.options.faults->end());
      Minimise(faults, [](const std::vector<uint64_t>& part, RunOptions& options) {
        options.faults = std::set<uint64_t>(part.begin(), part.end());
      });
      Minimise(
          std::vector<Action>(*best_.options.actions),
          [](const std::vector<Action>& part, RunOptions& options) { options.actions = part; });
    } while (Size() < before && best_.runs < runs_max_);
    best_.options.story = true;
    best_.result = Run(best_.options);
    return best_;
  }

 private:
  size_t Size() const { return best_.options.actions->size() + best_.options.faults->size(); }

  bool StillFails(const RunOptions& options) {
    ++best_.runs;
    RunResult result = Run(options);
    if (result.failure.empty()) return false;
    best_.options = options;
    best_.result = std::move(result);
    return true;
  }

  // Leaves out chunks, from halves down to single ones.
  template <class T, class Put>
  void Minimise(std::vector<T> items, Put put) {
    for (size_t chunk = std::max<size_t>(items.size(), 1); chunk >= 1; chunk /= 2) {
      for (size_t begin = 0; begin < items.size() && best_.runs < runs_max_;) {
        std::vector<T> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(begin));
        const size_t end = std::min(items.size(), begin + chunk);
        rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(end), items.end());
        RunOptions options = best_.options;
        put(rest, options);
        if (StillFails(options)) {
          items = std::move(rest);
        } else {
          begin = end;
        }
      }
    }
  }

  const int runs_max_;
  Shrunk best_;
};

}  // namespace

Shrunk Shrink(const RunOptions& options, int runs_max) { return Shrinker(options, runs_max).Go(); }

}  // namespace fiscus::sim
