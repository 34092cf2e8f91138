#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

TEST_CASE("An alert is given with its steps", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  v1::GetAlertRequest request;
  request.set_alert_id(Uuid(1));
  const auto alert = GetAlert(world.deps(), CallWith("alerts.read", "/33/"), request);
  REQUIRE(alert.ok());
  CHECK(alert->title() == "Budget execution lag");
  REQUIRE(alert->steps_size() == 1);
  CHECK(alert->steps(0).state() == v1::ALERT_STATE_RAISED);
}

TEST_CASE("An unknown alert, one of another tenant, and no id at all", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  v1::GetAlertRequest request;
  request.set_alert_id(Uuid(2));
  CHECK(ReasonOf(GetAlert(world.deps(), CallWith("alerts.read", "/33/"), request).status()) ==
        "ALERT_NOT_FOUND");
  request.set_alert_id(Uuid(1));
  Call foreign = CallWith("alerts.read", "/33/");
  foreign.caller.tenant = "t2";
  CHECK(ReasonOf(GetAlert(world.deps(), foreign, request).status()) == "ALERT_NOT_FOUND");
  request.set_alert_id("1");
  CHECK(GetAlert(world.deps(), foreign, request).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace fiscus::alerting
