// Wakes the relay of this process when a transaction with events has committed. One per process.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "absl/time/time.h"

namespace fiscus::events {

class Wakeup {
 public:
  static Wakeup& Instance();
  void Notify();
  // How often somebody notified so far.
  uint64_t Number();
  // Waits until somebody notified after `seen` was the number, or `at_most` passed.
  void Wait(uint64_t seen, absl::Duration at_most, const std::stop_token& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  uint64_t number_ = 0;
};

}  // namespace fiscus::events
