// Time and randomness as values that are passed in; the only place that reads them from the
// machine. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace fiscus {

// Wall time, at microseconds.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
const Clock& SystemClock();

// A clock that tests set.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now) : micros_(absl::ToUnixMicros(now)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  void Set(absl::Time now) { micros_ = absl::ToUnixMicros(now); }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> micros_;
};

// Bytes from the kernel's generator; for ids, keys and tokens. Ends the process if the kernel has
// none.
std::string RandomBytes(size_t count);

// A fresh UUIDv7.
std::string NewUuid();

}  // namespace fiscus
