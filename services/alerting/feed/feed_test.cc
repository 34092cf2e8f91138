// Streams on a real log of changes: order, scope, resumption, slow subscribers. The feed's rounds
// are run by the test.
#include "services/alerting/feed/feed.h"

#include <catch2/catch.hpp>
#include <thread>

#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

std::shared_ptr<HeldStream> Subscribe(World& world, int64_t position,
                                      FeedFilter filter = {.scopes = {"/33/"}, .project_id = ""},
                                      size_t room = 1000) {
  auto stream = std::make_shared<HeldStream>(room);
  REQUIRE(world.feed().Subscribe(kTenant, position, std::move(filter), stream));
  return stream;
}

// Raises `count` alerts with fingerprints of their own.
void Raise(World& world, int count, int first = 1) {
  for (int i = first; i < first + count; ++i) {
    monitor::v1::Warning warning = WarningWith(i);
    warning.set_fingerprint("f" + std::to_string(i));
    REQUIRE(world.Take(warning).ok());
  }
}

TEST_CASE("Resume tokens are read back, and nothing else is", "[alerting][feed]") {
  CHECK(PositionOf(ResumeToken(42)) == 42);
  for (const char* bad : {"", "42", "v1.", "v1.-1", "v1.x", "v2.3", "v1.99999999999999999999"})
    CHECK_FALSE(PositionOf(bad));
}

TEST_CASE("A subscriber sees each change once, in order, with the state before",
          "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto stream = Subscribe(world, 0);
  Raise(world, 2);
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE).ok());
  world.feed().RunOnce();
  world.feed().RunOnce();
  const std::vector<v1::AlertChange> seen = stream->Take();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].alert().alert_id() == Uuid(1));
  CHECK(seen[0].from() == v1::ALERT_STATE_UNSPECIFIED);
  CHECK(seen[0].alert().state() == v1::ALERT_STATE_RAISED);
  CHECK(seen[1].alert().alert_id() == Uuid(2));
  CHECK(seen[2].from() == v1::ALERT_STATE_RAISED);
  CHECK(seen[2].alert().state() == v1::ALERT_STATE_ACKNOWLEDGED);
  CHECK(seen[2].resume_token() == ResumeToken(3));
}

TEST_CASE("A stream goes on after its resume token", "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world;
  Raise(world, 3);
  const auto stream = Subscribe(world, 2);
  world.feed().RunOnce();
  const std::vector<v1::AlertChange> seen = stream->Take();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].alert().alert_id() == Uuid(3));
}

TEST_CASE("A subscriber sees its units and its project only", "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world;
  monitor::v1::Warning roads = WarningWith(2);
  roads.set_fingerprint("f2");
  roads.set_unit_path(kRoads);
  roads.set_project_id(Uuid(500));
  REQUIRE(world.Take(WarningWith(1)).ok());
  REQUIRE(world.Take(roads).ok());

  const auto health = Subscribe(world, 0, {.scopes = {kHealth}, .project_id = ""});
  const auto project = Subscribe(world, 0, {.scopes = {"/33/"}, .project_id = Uuid(500)});
  const auto nothing = Subscribe(world, 0, {.scopes = {}, .project_id = ""});
  auto foreign = std::make_shared<HeldStream>();
  REQUIRE(world.feed().Subscribe("t2", 0, {.scopes = {"/"}, .project_id = ""}, foreign));
  world.feed().RunOnce();

  const auto seen = health->Take();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].alert().unit_path() == kHospital);
  const auto of_project = project->Take();
  REQUIRE(of_project.size() == 1);
  CHECK(of_project[0].alert().unit_path() == kRoads);
  CHECK(nothing->Take().empty());
  CHECK(foreign->Take().empty());
}

TEST_CASE("A slow subscriber loses nothing while it takes something", "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world({.stall_max = absl::Seconds(10), .page = 3});
  Raise(world, 10);
  const auto stream = Subscribe(world, 0, {.scopes = {"/33/"}, .project_id = ""}, 2);
  std::vector<v1::AlertChange> seen;
  for (int round = 0; round < 20 && seen.size() < 10; ++round) {
    world.feed().RunOnce();
    world.clock().Advance(absl::Seconds(5));
    for (v1::AlertChange& change : stream->Take()) seen.push_back(std::move(change));
  }
  REQUIRE(seen.size() == 10);
  for (int i = 0; i < 10; ++i)
    CHECK(seen[static_cast<size_t>(i)].resume_token() == ResumeToken(i + 1));
}

TEST_CASE("A subscriber that takes nothing is ended with the token to resume with",
          "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world({.stall_max = absl::Seconds(10)});
  const auto stuck = Subscribe(world, 0, {.scopes = {"/33/"}, .project_id = ""}, 2);
  const auto healthy = Subscribe(world, 0);
  Raise(world, 4);
  world.feed().RunOnce();
  world.clock().Advance(absl::Seconds(9));
  world.feed().RunOnce();
  CHECK_FALSE(stuck->Ended());
  world.clock().Advance(absl::Seconds(1));
  world.feed().RunOnce();
  REQUIRE(stuck->Ended());
  CHECK(stuck->status().code() == absl::StatusCode::kAborted);
  CHECK(ReasonOf(stuck->status()) == "STREAM_OVERFLOW");
  CHECK(RefusalOf(stuck->status())->figures.at("resume_token") == ResumeToken(2));
  CHECK(healthy->Take().size() == 4);
  CHECK_FALSE(healthy->Ended());
}

TEST_CASE("A stream ends after its lifetime, and with UNAVAILABLE when the server stops",
          "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world({.lifetime = absl::Minutes(15)});
  const auto old = Subscribe(world, 0);
  world.clock().Advance(absl::Minutes(14));
  const auto young = Subscribe(world, 0);
  world.feed().RunOnce();
  CHECK_FALSE(old->Ended());
  world.clock().Advance(absl::Minutes(1));
  world.feed().RunOnce();
  CHECK(old->Ended());
  CHECK(old->status().ok());
  CHECK_FALSE(young->Ended());
  world.feed().Stop();
  CHECK(young->status().code() == absl::StatusCode::kUnavailable);
  CHECK_FALSE(world.feed().Subscribe(kTenant, 0, {}, std::make_shared<HeldStream>()));
}

TEST_CASE("A stream ends when the token that opened it dies, with the token to resume with",
          "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world({.permit_every = absl::Seconds(5)});
  const auto revoked = Subscribe(world, 0);
  const auto expired = Subscribe(world, 0, {.scopes = {"/34/"}, .project_id = ""});
  const auto unknown = Subscribe(world, 0);
  const auto good = Subscribe(world, 0);
  Raise(world, 2);
  world.feed().RunOnce();
  CHECK(revoked->Take().size() == 2);
  revoked->Forbid(Refuse(absl::StatusCode::kUnauthenticated, "TOKEN_REVOKED", "log in again", {},
                         kCommonDomain));
  expired->Forbid(
      Refuse(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED", "refresh it", {}, kCommonDomain));
  unknown->Forbid(absl::UnavailableError("identity does not answer"));
  world.clock().Advance(absl::Seconds(4));
  world.feed().RunOnce();
  CHECK_FALSE(revoked->Ended());
  world.clock().Advance(absl::Seconds(1));
  Raise(world, 1, 3);
  world.feed().RunOnce();
  REQUIRE(revoked->Ended());
  CHECK(revoked->status().code() == absl::StatusCode::kUnauthenticated);
  CHECK(ReasonOf(revoked->status()) == "TOKEN_REVOKED");
  CHECK(RefusalOf(revoked->status())->figures.at("resume_token") == ResumeToken(2));
  CHECK(revoked->Take().empty());
  REQUIRE(expired->Ended());
  CHECK(ReasonOf(expired->status()) == "TOKEN_EXPIRED");
  CHECK(RefusalOf(expired->status())->figures.at("resume_token") == ResumeToken(2));
  CHECK(unknown->status().code() == absl::StatusCode::kUnavailable);
  CHECK(good->Take().size() == 3);
  CHECK_FALSE(good->Ended());
}

TEST_CASE("Streams are limited in number", "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world({.subscribers_max = 1});
  const auto first = Subscribe(world, 0);
  CHECK_FALSE(world.feed().Subscribe(kTenant, 0, {}, std::make_shared<HeldStream>()));
  first->Finish(absl::OkStatus());
  world.feed().RunOnce();
  CHECK(world.feed().Subscribe(kTenant, 0, {}, std::make_shared<HeldStream>()));
}

// Two replicas: the change is committed by a process whose feed is another one, so nobody wakes
// this one.
TEST_CASE("A change made by another replica arrives by polling", "[alerting][feed]") {
  FISCUS_NEEDS_PG();
  World world;
  Feed other(world.database(), SystemClock(), {});
  other.Start();
  auto stream = std::make_shared<HeldStream>();
  REQUIRE(other.Subscribe(kTenant, 0, {.scopes = {"/33/"}, .project_id = ""}, stream));
  Raise(world, 1);
  std::vector<v1::AlertChange> seen;
  for (int i = 0; i < 500 && seen.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    seen = stream->Take();
  }
  other.Stop();
  CHECK(seen.size() == 1);
}

}  // namespace
}  // namespace fiscus::alerting
