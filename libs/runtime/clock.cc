#include "libs/runtime/clock.h"

#include <sys/random.h>

#include <cstdlib>
#include <cstring>

#include "absl/time/clock.h"
#include "libs/core/dates.h"
#include "libs/core/ids.h"

namespace fiscus {
namespace {

class MachineClock final : public Clock {
 public:
  absl::Time Now() const override { return TruncateToMicros(absl::Now()); }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  size_t filled = 0;
  while (filled < count) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0) std::abort();
    filled += static_cast<size_t>(got);
  }
  return bytes;
}

std::string NewUuid() {
  const std::string bytes = RandomBytes(16);
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, bytes.data(), 8);
  std::memcpy(&low, bytes.data() + 8, 8);
  return MakeUuidV7(SystemClock().Now(), high, low);
}

}  // namespace fiscus
