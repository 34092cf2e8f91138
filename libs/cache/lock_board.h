// A board of things that are locked for a while, shared by all replicas: an early and cheap "no"
// before the database is asked.
//
// The truth is the caller's (in PostgreSQL). Without Redis the board is empty, so the caller looks
// at the truth each time; a lock that was lifted early is taken off the board, and one that stayed
// by a fault ends by itself. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "libs/cache/redis.h"

namespace fiscus::cache {

class LockBoard {
 public:
  // Keys on the server are "<space>:<name>". `redis` must outlive the board.
  LockBoard(Redis& redis, std::string space) : redis_(redis), space_(std::move(space)) {}

  // How much longer the name is locked; nullopt: not on the board, or Redis is gone.
  std::optional<absl::Duration> Remaining(std::string_view name);
  void Lock(std::string_view name, absl::Duration time);
  void Unlock(std::string_view name);

 private:
  std::string Key(std::string_view name) const { return space_ + ":" + std::string(name); }

  Redis& redis_;
  const std::string space_;
};

}  // namespace fiscus::cache
