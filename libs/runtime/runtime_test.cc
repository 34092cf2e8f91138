// Scope arithmetic of callers, configuration errors and the fake clock.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "fiscus/config/v1/config.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "libs/core/ids.h"
#include "libs/runtime/call.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/common_config.h"
#include "libs/runtime/process.h"

namespace fiscus {
namespace {

Caller TwoGrants() {
  return {.tenant = "t",
          .subject = "u",
          .grants = {{"/33/3301/", {"payments.read", "payments.submit"}},
                     {"/33/3302/health/", {"payments.read"}}}};
}

TEST_CASE("A caller holds an intent at its unit and below, nowhere else") {
  const Caller caller = TwoGrants();
  CHECK(caller.Holds("payments.submit", "/33/3301/"));
  CHECK(caller.Holds("payments.submit", "/33/3301/school/"));
  CHECK_FALSE(caller.Holds("payments.submit", "/33/"));
  CHECK_FALSE(caller.Holds("payments.submit", "/33/33010/"));
  CHECK_FALSE(caller.Holds("payments.submit", "/33/3302/health/"));
  CHECK(caller.HoldsSomewhere("payments.submit"));
  CHECK_FALSE(caller.HoldsSomewhere("payments.order"));
}

TEST_CASE("Scopes leave out units that another scope covers") {
  Caller caller = TwoGrants();
  caller.grants.push_back({"/33/3302/", {"payments.read"}});
  CHECK(caller.ScopesFor("payments.read") == std::vector<std::string>{"/33/3301/", "/33/3302/"});
  caller.grants.push_back({"/", {"payments.read"}});
  CHECK(caller.ScopesFor("payments.read") == std::vector<std::string>{"/"});
  CHECK(caller.ScopesFor("nothing").empty());
}

TEST_CASE("A wrong configuration names file, line and column") {
  std::string path = std::filesystem::temp_directory_path() / "fiscus-config-XXXXXX";
  const int file = mkstemp(path.data());
  REQUIRE(file >= 0);
  close(file);
  std::ofstream(path) << "listen: \"127.0.0.1:0\"\nlisten_port: 3\n";
  config::v1::Server config;
  const absl::Status status = LoadConfig(path, &config);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).find("line 2, column") != std::string::npos);
  std::remove(path.c_str());
  CHECK(LoadConfig(path, &config).code() == absl::StatusCode::kNotFound);
}

TEST_CASE("A value outside its range names the field and the range") {
  CHECK(CheckRange("threads", 1, 1, 64).ok());
  CHECK(CheckRange("threads", 64, 1, 64).ok());
  const absl::Status status = CheckRange("threads", 65, 1, 64);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message() == "threads must lie in 1..64");
}

// A service's configuration: the shared parts and one of its own.
class ServiceConfig {
 public:
  explicit ServiceConfig(const std::string& text) : pool_(DescriptorPool::generated_pool()) {
    config::v1::Server::descriptor();  // links the shared parts in
    google::protobuf::FileDescriptorProto file;
    REQUIRE(TextFormat::ParseFromString(
        R"(name: "x.proto" package: "x" dependency: "fiscus/config/v1/config.proto"
           message_type {
             name: "Config"
             field { name: "server" number: 1 type_name: ".fiscus.config.v1.Server" }
             field { name: "database" number: 2 type_name: ".fiscus.config.v1.Postgres" }
             field { name: "kafka" number: 3 type_name: ".fiscus.config.v1.Kafka" }
             field { name: "auth" number: 4 type_name: ".fiscus.config.v1.Auth" }
             field { name: "redis" number: 5 type_name: ".fiscus.config.v1.Redis" }
             field { name: "own_ms" number: 6 type: TYPE_INT32 default_value: "70" }
           })",
        &file));
    for (auto& field : *file.mutable_message_type(0)->mutable_field())
      field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    const auto* built = pool_.BuildFile(file);
    REQUIRE(built != nullptr);
    message_.reset(factory_.GetPrototype(built->message_type(0))->New());
    REQUIRE(TextFormat::ParseFromString(text, message_.get()));
  }
  const google::protobuf::Message& operator*() const { return *message_; }

 private:
  using DescriptorPool = google::protobuf::DescriptorPool;
  using TextFormat = google::protobuf::TextFormat;
  DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  std::unique_ptr<google::protobuf::Message> message_;
};

TEST_CASE("The shared parts of a configuration are checked, by the names that they have there") {
  CHECK(CheckCommon(*ServiceConfig("")).ok());
  CHECK(CheckCommon(*ServiceConfig("server { drain_ms: 0 } auth { skew_s: 0 }")).ok());
  CHECK(CheckCommon(*ServiceConfig("kafka { message_timeout_ms: 50000 }")).ok());
  const auto [text, said] = GENERATE(table<std::string, std::string>({
      {"server { worker_threads: 0 }", "server.worker_threads must lie in 1..256"},
      {"server { worker_threads: 257 }", "server.worker_threads must lie in 1..256"},
      {"server { queue_max: 0 }", "server.queue_max must lie in 1..100000"},
      {"server { deadline_default_ms: 0 }", "server.deadline_default_ms must lie in 100..600000"},
      {"server { request_bytes_max: 0 }", "server.request_bytes_max must lie in 1024..67108864"},
      {"server { request_bytes_max: -1 }", "server.request_bytes_max must lie in 1024..67108864"},
      {"server { drain_ms: -1 }", "server.drain_ms must lie in 0..600000"},
      {"server { log_level: \"LOUD\" }", "server.log_level must be DEBUG, INFO, WARNING or ERROR"},
      {"database { pool_size: -1 }", "database.pool_size must lie in 0..1000"},
      {"database { statement_timeout_ms: 0 }",
       "database.statement_timeout_ms must lie in 100..60000"},
      {"kafka { relay_poll_ms: 0 }", "kafka.relay_poll_ms must lie in 10..60000"},
      {"kafka { message_timeout_ms: 0 }", "kafka.message_timeout_ms must lie in 1000..50000"},
      {"kafka { message_timeout_ms: 60000 }", "kafka.message_timeout_ms must lie in 1000..50000"},
      {"auth { refresh_ms: 0 }", "auth.refresh_ms must lie in 100..600000"},
      {"auth { stale_max_ms: 0 }", "auth.stale_max_ms must lie in 1000..3600000"},
      {"auth { skew_s: 61 }", "auth.skew_s must lie in 0..60"},
      {"auth { refresh_ms: 60000 }", "auth.refresh_ms must be less than stale_max_ms"},
      {"redis { timeout_ms: 0 }", "redis.timeout_ms must lie in 1..10000"},
  }));
  CHECK(CheckCommon(*ServiceConfig(text)).message() == said);
}

TEST_CASE("The configuration in force is told with its defaults") {
  const std::string told = EffectiveConfig(*ServiceConfig("server { drain_ms: 1234 }"));
  for (const char* part : {R"("drain_ms":1234)", R"("worker_threads":16)", R"("refresh_ms":5000)",
                           R"("own_ms":70)", R"("dsn_env":"FISCUS_PG_DSN")"}) {
    CAPTURE(part, told);
    CHECK(told.find(part) != std::string::npos);
  }
}

TEST_CASE("New ids are ordered by time and unique") {
  const std::string a = NewUuid();
  const std::string b = NewUuid();
  CHECK(IsUuid(a));
  CHECK(a != b);
  CHECK(a.substr(0, 8) <= b.substr(0, 8));
}

TEST_CASE("A fake clock stands until it is moved") {
  FakeClock clock(absl::FromUnixSeconds(100));
  CHECK(clock.Now() == absl::FromUnixSeconds(100));
  clock.Advance(absl::Milliseconds(1500));
  CHECK(clock.Now() == absl::FromUnixMillis(101500));
}

}  // namespace
}  // namespace fiscus
