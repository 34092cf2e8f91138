// Where a stream begins and what it may see; how it is fed is tested in feed/.
#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

// The stream after its first message.
std::shared_ptr<HeldStream> Watch(World& world, const v1::WatchAlertsRequest& request,
                                  const std::string& scope = "/33/") {
  auto stream = std::make_shared<HeldStream>();
  WatchAlerts(world.deps(), CallWith("alerts.read", scope), request, stream);
  for (const v1::AlertChange& start : stream->Take()) {
    CHECK_FALSE(start.has_alert());
    CHECK_FALSE(start.resume_token().empty());
  }
  return stream;
}

TEST_CASE("Without a token a stream begins now", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  const auto stream = Watch(world, {});
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE).ok());
  world.feed().RunOnce();
  const auto seen = stream->Take();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].alert().state() == v1::ALERT_STATE_ACKNOWLEDGED);
}

TEST_CASE("With the token of the last change seen nothing is missed", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto first = Watch(world, {});
  REQUIRE(world.Take(WarningWith(1)).ok());
  world.feed().RunOnce();
  const auto seen = first->Take();
  REQUIRE(seen.size() == 1);
  first->Finish(absl::CancelledError("the client went away"));
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE).ok());

  v1::WatchAlertsRequest request;
  request.set_resume_token(seen[0].resume_token());
  const auto second = Watch(world, request);
  world.feed().RunOnce();
  REQUIRE(second->Take().size() == 1);
}

TEST_CASE(
    "The first message is the token of where the stream begins: before any change nothing is "
    "missed either",
    "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  auto lost = std::make_shared<HeldStream>();
  WatchAlerts(world.deps(), CallWith("alerts.read", "/33/"), {}, lost);
  const auto start = lost->Take();
  REQUIRE(start.size() == 1);
  lost->Finish(absl::CancelledError("the client went away"));
  REQUIRE(world.Take(WarningWith(1)).ok());

  v1::WatchAlertsRequest request;
  request.set_resume_token(start[0].resume_token());
  const auto second = Watch(world, request);
  world.feed().RunOnce();
  CHECK(second->Take().size() == 1);
}

TEST_CASE("A stream is cut to the caller's units", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::WatchAlertsRequest request;
  const auto roads = Watch(world, request, kRoads);
  request.set_under_path(kHospital);
  const auto hospital = Watch(world, request, kHealth);
  const auto outside = Watch(world, request, kRoads);
  REQUIRE(world.Take(WarningWith(1)).ok());
  world.feed().RunOnce();
  CHECK(roads->Take().empty());
  CHECK(hospital->Take().size() == 1);
  CHECK(outside->Take().empty());
}

TEST_CASE("A foreign token is refused: waiting for its position would miss changes",
          "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  v1::WatchAlertsRequest request;
  for (const char* token : {"v1.2", "v1.x", "nonsense"}) {
    request.set_resume_token(token);
    const auto stream = Watch(world, request);
    REQUIRE(stream->Ended());
    REQUIRE(ViolationsOf(stream->status()).size() == 1);
    CHECK(ViolationsOf(stream->status())[0].field == "resume_token");
  }
  request.set_resume_token("v1.1");
  request.set_project_id("p");
  CHECK(Watch(world, request)->status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("A server that is stopping takes no streams", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.feed().Stop();
  CHECK(Watch(world, {})->status().code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fiscus::alerting
