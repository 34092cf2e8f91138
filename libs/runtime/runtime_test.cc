// Scope arithmetic of callers, configuration errors and the fake clock.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fiscus/config/v1/config.pb.h"
#include "libs/core/ids.h"
#include "libs/runtime/call.h"
#include "libs/runtime/clock.h"
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
