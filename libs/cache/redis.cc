#include "libs/cache/redis.h"

#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <charconv>
#include <utility>

#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::cache {
namespace {

void FreeReply(redisReply* reply) { freeReplyObject(reply); }

prometheus::Counter& Failures() {
  static prometheus::Counter& counter =
      metrics::Counter("fiscus_redis_failures_total",
                       "Commands that Redis did not answer, or answered with an error");
  return counter;
}

// "host:port" → both; port 0 if malformed.
std::pair<std::string, int> SplitAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos) return {address, 0};
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return {address.substr(0, colon), port};
}

}  // namespace

// One connection, authenticated. Use from one thread.
class Redis::Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const RedisOptions& options) {
    const auto [host, port] = SplitAddress(options.address);
    const timeval timeout = absl::ToTimeval(options.timeout);
    redisContext* context = redisConnectWithTimeout(host.c_str(), port, timeout);
    if (context == nullptr) return absl::UnavailableError("out of memory");
    auto connection = std::make_unique<Connection>(context);
    if (context->err != 0) return absl::UnavailableError(context->errstr);
    if (redisSetTimeout(context, timeout) != REDIS_OK) return absl::UnavailableError("no timeout");
    if (options.password.empty()) return connection;
    const auto authenticated = connection->Run({"AUTH", options.password});
    if (!authenticated.ok()) return authenticated.status();
    return connection;
  }

  explicit Connection(redisContext* context) : context_(context) {}
  ~Connection() { redisFree(context_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // An error reply (wrong password, out of memory, loading) is an error too: for a cache it is the
  // same as no answer.
  absl::StatusOr<Reply> Run(const std::vector<std::string_view>& command) {
    std::vector<const char*> words;
    std::vector<size_t> lengths;
    for (const std::string_view word : command) {
      words.push_back(word.data());
      lengths.push_back(word.size());
    }
    Reply reply(static_cast<redisReply*>(redisCommandArgv(context_, static_cast<int>(words.size()),
                                                          words.data(), lengths.data())),
                &FreeReply);
    if (reply == nullptr) return absl::UnavailableError(context_->errstr);
    if (reply->type == REDIS_REPLY_ERROR)
      return absl::UnavailableError(std::string(reply->str, reply->len));
    return reply;
  }

 private:
  redisContext* context_;
};

Redis::Redis(RedisOptions options) : options_(std::move(options)) {}
Redis::~Redis() = default;

absl::StatusOr<std::optional<std::string>> Redis::Get(std::string_view key) {
  ASSIGN_OR_RETURN(const Reply reply, Run({"GET", key}));
  if (reply->type != REDIS_REPLY_STRING) return std::nullopt;
  return std::string(reply->str, reply->len);
}

absl::StatusOr<std::optional<absl::Duration>> Redis::Remaining(std::string_view key) {
  ASSIGN_OR_RETURN(const Reply reply, Run({"PTTL", key}));
  if (reply->type != REDIS_REPLY_INTEGER || reply->integer <= 0) return std::nullopt;
  return absl::Milliseconds(reply->integer);
}

absl::Status Redis::Set(std::string_view key, std::string_view value, absl::Duration ttl) {
  const int64_t ttl_ms = absl::ToInt64Milliseconds(ttl);
  if (ttl_ms <= 0) return absl::InvalidArgumentError("a cached value needs a time to live");
  return Run({"SET", key, value, "PX", std::to_string(ttl_ms)}).status();
}

absl::Status Redis::Delete(std::string_view key) { return Run({"DEL", key}).status(); }

absl::StatusOr<Redis::Reply> Redis::Run(const std::vector<std::string_view>& command) {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Acquire());
  absl::StatusOr<Reply> reply = connection->Run(command);
  const bool healthy = reply.ok();
  if (!healthy) Failures().Increment();
  Release(std::move(connection), healthy);
  return reply;
}

absl::StatusOr<std::unique_ptr<Redis::Connection>> Redis::Acquire() {
  if (options_.address.empty()) return absl::UnavailableError("there is no Redis");
  {
    const std::lock_guard lock(mutex_);
    if (std::chrono::steady_clock::now() < pause_until_)
      return absl::UnavailableError("Redis failed a moment ago");
    if (in_use_ >= options_.connections_max)
      return absl::UnavailableError("all connections to Redis are in use");
    ++in_use_;
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options_);
  if (!connection.ok()) {
    Failures().Increment();
    Release(nullptr, false);
    // The server's words may name it, never the password.
    return absl::UnavailableError("Redis: " + std::string(connection.status().message()));
  }
  return connection;
}

void Redis::Release(std::unique_ptr<Connection> connection, bool healthy) {
  const std::lock_guard lock(mutex_);
  --in_use_;
  if (healthy) {
    idle_.push_back(std::move(connection));
    if (std::exchange(warned_, false)) log::Info("Redis answers again");
    return;
  }
  // What else is idle was made before the failure and is likely dead as well.
  idle_.clear();
  pause_until_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(options_.retry_after);
  if (!std::exchange(warned_, true))
    log::Warning("Redis does not answer; going on without it", {{"address", options_.address}});
}

}  // namespace fiscus::cache
