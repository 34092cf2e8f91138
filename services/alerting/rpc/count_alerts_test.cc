#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

TEST_CASE("Alerts are counted by rule, severity and state over the caller's units",
          "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  for (int i = 1; i <= 3; ++i) {
    monitor::v1::Warning warning = WarningWith(i);
    warning.set_fingerprint("f" + std::to_string(i));
    if (i == 3) warning.set_unit_path(kRoads);
    REQUIRE(world.Take(warning).ok());
  }
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE).ok());

  v1::CountAlertsRequest request;
  const auto all = CountAlerts(world.deps(), CallWith("alerts.read", "/33/"), request);
  REQUIRE(all.ok());
  REQUIRE(all->counts_size() == 2);
  CHECK(all->counts(0).rule_id() == "R10");
  CHECK(all->counts(0).severity() == monitor::v1::SEVERITY_ORANGE);
  CHECK(all->counts(0).state() == v1::ALERT_STATE_RAISED);
  CHECK(all->counts(0).alerts() == 2);
  CHECK(all->counts(1).state() == v1::ALERT_STATE_ACKNOWLEDGED);
  CHECK(all->counts(1).alerts() == 1);

  request.set_under_path(kRoads);
  const auto roads = CountAlerts(world.deps(), CallWith("alerts.read", "/33/"), request);
  REQUIRE(roads.ok());
  REQUIRE(roads->counts_size() == 1);
  CHECK(roads->counts(0).alerts() == 1);
  CHECK(CountAlerts(world.deps(), CallWith("alerts.read", kHealth), request)->counts_size() == 0);

  request.set_under_path("x");
  CHECK(CountAlerts(world.deps(), CallWith("alerts.read", "/33/"), request).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace fiscus::alerting
