#include "libs/cache/lock_board.h"

namespace fiscus::cache {

std::optional<absl::Duration> LockBoard::Remaining(std::string_view name) {
  return redis_.Remaining(Key(name)).value_or(std::nullopt);
}

void LockBoard::Lock(std::string_view name, absl::Duration time) {
  // Redis counts and logs its own failures; the truth is elsewhere.
  redis_.Set(Key(name), "", time).IgnoreError();
}

void LockBoard::Unlock(std::string_view name) { redis_.Delete(Key(name)).IgnoreError(); }

}  // namespace fiscus::cache
