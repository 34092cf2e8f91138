#include "libs/events/wakeup.h"

namespace fiscus::events {

Wakeup& Wakeup::Instance() {
  static Wakeup wakeup;
  return wakeup;
}

void Wakeup::Notify() {
  {
    const std::lock_guard lock(mutex_);
    ++number_;
  }
  changed_.notify_all();
}

uint64_t Wakeup::Number() {
  const std::lock_guard lock(mutex_);
  return number_;
}

void Wakeup::Wait(uint64_t seen, absl::Duration at_most, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, absl::ToChronoMilliseconds(at_most),
                    [&] { return number_ != seen; });
}

}  // namespace fiscus::events
