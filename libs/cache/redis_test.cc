// Needs FISCUS_TEST_REDIS (host:port of a private server) and FISCUS_TEST_REDIS_PASSWORD for the
// tests that talk to one; those of its absence always run.
#include "libs/cache/redis.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libs/cache/connect.h"
#include "libs/cache/lock_board.h"
#include "libs/runtime/clock.h"

namespace fiscus::cache {
namespace {

// A port on loopback that accepts connections and either stays silent or answers each packet with
// "no such key".
class LoopbackServer {
 public:
  enum class Kind { kSilent, kAnswersNil };

  explicit LoopbackServer(Kind kind) : kind_(kind), socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(listen(socket_, 16) == 0);
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { Accept(); });
  }
  ~LoopbackServer() {
    shutdown(socket_, SHUT_RDWR);
    acceptor_.join();
    DropConnections();
    close(socket_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void DropConnections() {
    std::vector<Peer> peers;
    {
      const std::lock_guard lock(mutex_);
      peers.swap(peers_);
    }
    for (Peer& peer : peers) {
      shutdown(peer.socket, SHUT_RDWR);
      peer.thread.join();
      close(peer.socket);
    }
  }

 private:
  struct Peer {
    int socket;
    std::jthread thread;
  };
  void Accept() {
    for (int peer; (peer = accept(socket_, nullptr, nullptr)) >= 0;) {
      const std::lock_guard lock(mutex_);
      peers_.push_back({peer, std::jthread([this, peer] {
                          char buffer[512];
                          while (read(peer, buffer, sizeof(buffer)) > 0) {
                            if (kind_ == Kind::kAnswersNil && write(peer, "$-1\r\n", 5) != 5)
                              return;
                          }
                        })});
    }
  }

  const Kind kind_;
  const int socket_;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<Peer> peers_;
  std::jthread acceptor_;
};

std::string Env(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

RedisOptions TestOptions() {
  return {.address = Env("FISCUS_TEST_REDIS"),
          .password = Env("FISCUS_TEST_REDIS_PASSWORD"),
          .timeout = absl::Seconds(2)};
}

#define FISCUS_NEEDS_REDIS()                         \
  do {                                               \
    if (Env("FISCUS_TEST_REDIS").empty()) {          \
      WARN("skipped: FISCUS_TEST_REDIS is not set"); \
      return;                                        \
    }                                                \
  } while (false)

TEST_CASE("Values live for their time", "[cache]") {
  FISCUS_NEEDS_REDIS();
  Redis redis(TestOptions());
  const std::string key = "test:" + NewUuid();
  CHECK(redis.Get(key).value() == std::nullopt);
  CHECK(redis.Remaining(key).value() == std::nullopt);
  const std::string binary("a\0b\r\n", 5);
  REQUIRE(redis.Set(key, binary, absl::Seconds(30)).ok());
  CHECK(redis.Get(key).value() == binary);
  const auto remaining = redis.Remaining(key).value();
  REQUIRE(remaining.has_value());
  CHECK(*remaining > absl::Seconds(20));
  CHECK(*remaining <= absl::Seconds(30));
  REQUIRE(redis.Delete(key).ok());
  CHECK(redis.Get(key).value() == std::nullopt);
  CHECK_FALSE(redis.Set(key, "x", absl::ZeroDuration()).ok());
}

TEST_CASE("Many threads share the bounded pool", "[cache]") {
  FISCUS_NEEDS_REDIS();
  RedisOptions options = TestOptions();
  options.connections_max = 4;
  Redis redis(options);
  const std::string space = "test:" + NewUuid() + ":";
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string key = space + std::to_string(t) + "." + std::to_string(i);
        const auto set = redis.Set(key, key, absl::Seconds(10));
        const auto got = redis.Get(key);
        if (!set.ok() || !got.ok() || *got != key) ++wrong;
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
}

TEST_CASE("A wrong password is the same as no Redis, and is not repeated in the error", "[cache]") {
  FISCUS_NEEDS_REDIS();
  RedisOptions options = TestOptions();
  options.password = "not-the-password";
  Redis redis(options);
  const auto value = redis.Get("x");
  CHECK(value.status().code() == absl::StatusCode::kUnavailable);
  CHECK(value.status().ToString().find("not-the-password") == std::string::npos);
}

TEST_CASE("Without an address nothing is tried", "[cache]") {
  Redis redis(RedisOptions{});
  CHECK(redis.Get("x").status().code() == absl::StatusCode::kUnavailable);
  LockBoard board(redis, "test");
  board.Lock("x", absl::Minutes(1));
  CHECK(board.Remaining("x") == std::nullopt);
}

TEST_CASE("A Redis that hangs costs one timeout, not one per call", "[cache]") {
  const LoopbackServer silent(LoopbackServer::Kind::kSilent);
  Redis redis({.address = silent.address(),
               .timeout = absl::Milliseconds(50),
               .retry_after = absl::Seconds(60)});
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i)
    REQUIRE(redis.Get("x").status().code() == absl::StatusCode::kUnavailable);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1500));
}

TEST_CASE("A Redis that goes is paused, and one that comes back is used again", "[cache]") {
  LoopbackServer server(LoopbackServer::Kind::kAnswersNil);
  Redis redis({.address = server.address(),
               .timeout = absl::Milliseconds(500),
               .retry_after = absl::Milliseconds(50)});
  CHECK(redis.Get("x").value() == std::nullopt);
  server.DropConnections();
  CHECK(redis.Get("x").status().code() == absl::StatusCode::kUnavailable);
  // In the pause it is not asked, though it would answer.
  CHECK(redis.Get("x").status().code() == absl::StatusCode::kUnavailable);
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  CHECK(redis.Get("x").value() == std::nullopt);
}

TEST_CASE("The board shows locks to all its users until they end", "[cache]") {
  FISCUS_NEEDS_REDIS();
  Redis redis(TestOptions());
  Redis other(TestOptions());
  const std::string space = "test:" + NewUuid();
  LockBoard board(redis, space);
  LockBoard same(other, space);
  CHECK(board.Remaining("t/alice") == std::nullopt);
  board.Lock("t/alice", absl::Seconds(20));
  CHECK(same.Remaining("t/alice").value_or(absl::ZeroDuration()) > absl::Seconds(10));
  CHECK(same.Remaining("t/bob") == std::nullopt);
  same.Unlock("t/alice");
  CHECK(board.Remaining("t/alice") == std::nullopt);
  board.Lock("t/short", absl::Milliseconds(20));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  CHECK(board.Remaining("t/short") == std::nullopt);
}

TEST_CASE("The password comes from the environment, the rest from the configuration", "[cache]") {
  config::v1::Redis config;
  config.set_address("127.0.0.1:6379");
  config.set_password_env("FISCUS_CACHE_TEST_PASSWORD");
  config.set_timeout_ms(70);
  setenv("FISCUS_CACHE_TEST_PASSWORD", "secret", 1);
  const RedisOptions options = OptionsOf(config);
  CHECK(options.address == "127.0.0.1:6379");
  CHECK(options.password == "secret");
  CHECK(options.timeout == absl::Milliseconds(70));
  unsetenv("FISCUS_CACHE_TEST_PASSWORD");
  CHECK(OptionsOf(config).password.empty());
}

}  // namespace
}  // namespace fiscus::cache
