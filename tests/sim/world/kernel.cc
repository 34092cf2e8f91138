#include "tests/sim/world/kernel.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fiscus::sim {
namespace {

constexpr std::array<std::string_view, 7> kFaultNames = {
    "lost", "repeated", "delayed", "crash", "aborted", "swapped", "rolled back"};
constexpr int64_t kLateMsMax = 5000;
constexpr int64_t kDownMsMax = 2000;

}  // namespace

FaultRates RatesOf(uint64_t seed) {
  Random random(Mix(seed ^ 0xfau));
  const auto one_of = [&random](int calm, int usual, int wild) {
    const int64_t dice = random.Below(4);
    return dice == 0 ? calm : dice == 3 ? wild : usual;
  };
  return {.lose = one_of(0, 300, 1500),
          .repeat = one_of(0, 400, 2000),
          .delay = one_of(0, 400, 2500),
          .crash = one_of(0, 40, 200),
          .abort = one_of(0, 200, 1000),
          .swap = one_of(0, 1500, 6000),
          .rollback = one_of(0, 2000, 6000)};
}

int Kernel::RateOf(FaultKind kind) const {
  const int rates[] = {rates_.lose,  rates_.repeat, rates_.delay,   rates_.crash,
                       rates_.abort, rates_.swap,   rates_.rollback};
  return rates[static_cast<size_t>(kind)];
}

void Kernel::Tell(std::string line) {
  if (keep_story_) story_.push_back(std::to_string(now_ms_) + " ms  " + std::move(line));
}

bool Kernel::Happens(FaultKind kind, std::string_view about) {
  const uint64_t place = Hash(about, static_cast<uint64_t>(kind) + 1);
  const uint64_t id = Mix(place + static_cast<uint64_t>(++chances_[place]));
  if (calm_ || (allowed_.has_value() && !allowed_->contains(id))) return false;
  if (static_cast<int>(Mix(id ^ seed_) % 10000) >= RateOf(kind)) return false;
  happened_.insert(id);
  Tell("  ! " + std::string(kFaultNames[static_cast<size_t>(kind)]) + ": " + std::string(about));
  return true;
}

int64_t Kernel::Pick(std::string_view about, int64_t low, int64_t high) const {
  return low + static_cast<int64_t>(Hash(about, seed_) % static_cast<uint64_t>(high - low + 1));
}

void Kernel::Push(Event event) {
  event.number = ++pushed_;
  heap_.push_back(std::make_unique<Event>(std::move(event)));
  std::push_heap(heap_.begin(), heap_.end(),
                 [](const auto& a, const auto& b) { return Later()(a.get(), b.get()); });
}

void Kernel::After(Part& part, int64_t delay_ms, std::string label, std::function<void()> what) {
  Push({now_ms_ + delay_ms, 0, &part, part.life_, std::move(label), std::move(what)});
}

void Kernel::Always(int64_t delay_ms, std::string label, std::function<void()> what) {
  Push({now_ms_ + delay_ms, 0, nullptr, 0, std::move(label), std::move(what)});
}

void Kernel::Send(Part& to, const std::string& label, const std::function<void()>& receive) {
  const bool twice = Happens(FaultKind::kRepeat, label);
  if (twice) {
    Push({now_ms_ + Pick(label + "/again", 1, kLateMsMax), 0, &to, -1, label, receive});
  }
  if (Happens(FaultKind::kLose, label)) return;
  const bool late = Happens(FaultKind::kDelay, label);
  const int64_t delay_ms = Pick(label, 1, late ? kLateMsMax : 15);
  Push({now_ms_ + delay_ms, 0, &to, -1, label, receive});
}

void Kernel::CrashPart(Part& part) {
  ++part.life_;
  part.up_ = false;
  part.Crash();
  const int64_t down_ms = Pick(part.name() + std::to_string(part.life_), 20, kDownMsMax);
  Always(down_ms, part.name() + " starts", [&part] {
    part.up_ = true;
    part.Restart();
  });
}

bool Kernel::Step() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(),
                [](const auto& a, const auto& b) { return Later()(a.get(), b.get()); });
  const std::unique_ptr<Event> event = std::move(heap_.back());
  heap_.pop_back();
  now_ms_ = event->at_ms;
  if (event->part != nullptr) {
    Part& part = *event->part;
    // Life −1: a message, which is for whoever is there.
    const bool gone = !part.up_ || (event->life >= 0 && event->life != part.life_);
    if (gone) return true;
    if (Happens(FaultKind::kCrash, part.name() + " before " + event->label)) {
      CrashPart(part);
      return true;
    }
  }
  ++steps_;
  trace_hash_ = Mix(trace_hash_ ^ Hash(event->label, static_cast<uint64_t>(now_ms_)));
  if (keep_story_) Tell(event->label);
  event->what();
  return true;
}

}  // namespace fiscus::sim
