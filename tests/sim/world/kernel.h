// The virtual clock, the network and the faults: everything that happens is an event in one queue.
//
// A choice (lose this message? crash here?) is a hash of the seed and of what it is about, never of
// its place in the run; so leaving out a command or a fault leaves the other choices as they were,
// and a failing run shrinks. Every fault that happened has an id; a run may be limited to a set of
// them. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sim/random/random.h"

namespace fiscus::sim {

enum class FaultKind { kLose, kRepeat, kDelay, kCrash, kAbort, kSwap, kRollback };

// How probable each kind is, per 10,000 chances.
struct FaultRates {
  int lose = 0, repeat = 0, delay = 0, crash = 0, abort = 0, swap = 0, rollback = 0;
};
// Each seed has its own mix, so that some runs are quiet and some are storms.
FaultRates RatesOf(uint64_t seed);

// Something that may crash. A crash forgets what is not durable; events of an earlier life are
// dropped.
class Part {
 public:
  explicit Part(std::string name) : name_(std::move(name)) {}
  virtual ~Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  virtual void Crash() = 0;    // forget
  virtual void Restart() = 0;  // take up what is durable
  const std::string& name() const { return name_; }

 private:
  friend class Kernel;
  const std::string name_;
  int life_ = 0;
  bool up_ = true;
};

class Kernel {
 public:
  explicit Kernel(uint64_t seed) : seed_(seed), rates_(RatesOf(seed)) {}

  int64_t now_ms() const { return now_ms_; }
  int64_t steps() const { return steps_; }
  uint64_t trace_hash() const { return trace_hash_; }
  const std::set<uint64_t>& faults() const { return happened_; }
  const std::vector<std::string>& story() const { return story_; }

  // Only these faults may happen.
  void LimitFaults(std::set<uint64_t> allowed) { allowed_ = std::move(allowed); }
  // No fault happens from now on.
  void Calm() { calm_ = true; }
  void KeepStory() { keep_story_ = true; }
  bool keeps_story() const { return keep_story_; }

  // Runs `what` in `part` after `delay_ms`, unless it crashes first.
  void After(Part& part, int64_t delay_ms, std::string label, std::function<void()> what);
  // Runs whatever happens.
  void Always(int64_t delay_ms, std::string label, std::function<void()> what);
  // Carries a message to `to`: late, never, or twice. `label` says what it is.
  void Send(Part& to, const std::string& label, const std::function<void()>& receive);
  // Whether the fault happens here; `about` names the chance.
  bool Happens(FaultKind kind, std::string_view about);
  // A number that depends on the seed and the name only.
  int64_t Pick(std::string_view about, int64_t low, int64_t high) const;
  void Tell(std::string line);

  // The next event. False: nothing is left to happen.
  bool Step();

 private:
  struct Event {
    int64_t at_ms;
    uint64_t number;
    Part* part;
    int life;
    std::string label;
    std::function<void()> what;
  };
  struct Later {
    bool operator()(const Event* a, const Event* b) const {
      return a->at_ms != b->at_ms ? a->at_ms > b->at_ms : a->number > b->number;
    }
  };
  void Push(Event event);
  void CrashPart(Part& part);
  int RateOf(FaultKind kind) const;

  const uint64_t seed_;
  const FaultRates rates_;
  int64_t now_ms_ = 0;
  int64_t steps_ = 0;
  uint64_t pushed_ = 0;
  uint64_t trace_hash_ = 0;
  bool calm_ = false;
  bool keep_story_ = false;
  std::optional<std::set<uint64_t>> allowed_;
  std::set<uint64_t> happened_;
  std::vector<std::string> story_;
  std::unordered_map<uint64_t, int> chances_;
  std::vector<std::unique_ptr<Event>> heap_;
};

}  // namespace fiscus::sim
