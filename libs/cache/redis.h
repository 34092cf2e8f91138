// Redis through a bounded pool. A cache only: every use must have an answer for "Redis is gone",
// which here is UNAVAILABLE, given quickly: after a failure nobody tries again for `retry_after`,
// so a Redis that hangs costs one timeout and not one per call.
//
// Connections are made at first use and dropped at any error. Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct redisReply;

namespace fiscus::cache {

struct RedisOptions {
  std::string address;                               // host:port; empty: there is no Redis
  std::string password;                              // empty: none; never logged
  absl::Duration timeout = absl::Milliseconds(100);  // of connecting and of each command
  absl::Duration retry_after = absl::Seconds(1);     // after a failure
  int connections_max = 8;                           // more callers at once get UNAVAILABLE
};

class Redis {
 public:
  // Does not connect yet.
  explicit Redis(RedisOptions options);
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // The value; nullopt if there is none.
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key);
  // How much longer the key lives; nullopt if it is not there or lives for ever.
  absl::StatusOr<std::optional<absl::Duration>> Remaining(std::string_view key);
  // Sets the value for `ttl` (> 0, cut to milliseconds).
  absl::Status Set(std::string_view key, std::string_view value, absl::Duration ttl);
  absl::Status Delete(std::string_view key);

 private:
  class Connection;
  using Reply = std::unique_ptr<redisReply, void (*)(redisReply*)>;

  absl::StatusOr<Reply> Run(const std::vector<std::string_view>& command);
  absl::StatusOr<std::unique_ptr<Connection>> Acquire();
  // Gives the connection back, or drops it after an error, which also begins the pause.
  void Release(std::unique_ptr<Connection> connection, bool healthy);

  const RedisOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int in_use_ = 0;
  std::chrono::steady_clock::time_point pause_until_{};
  bool warned_ = false;
};

}  // namespace fiscus::cache
