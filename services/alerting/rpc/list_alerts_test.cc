#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

// Four alerts: R10 ORANGE and R12 RED of the hospital, R10 YELLOW of the roads, and a closed one of
// the roads.
void Fill(World& world) {
  monitor::v1::Warning red = WarningWith(2, monitor::v1::SEVERITY_RED);
  red.set_fingerprint("f2");
  red.set_rule_id("R12");
  monitor::v1::Warning roads = WarningWith(3, monitor::v1::SEVERITY_YELLOW);
  roads.set_fingerprint("f3");
  roads.set_unit_path(kRoads);
  roads.set_project_id(Uuid(500));
  monitor::v1::Warning closed = roads;
  closed.set_warning_id(Uuid(4));
  closed.set_fingerprint("f4");
  for (const auto& warning : {WarningWith(1), red, roads, closed})
    REQUIRE(world.Take(warning).ok());
  for (const auto command :
       {v1::ALERT_COMMAND_ACKNOWLEDGE, v1::ALERT_COMMAND_VERIFY, v1::ALERT_COMMAND_DISMISS}) {
    REQUIRE(world.Command(Uuid(4), command).ok());
  }
}

std::string Listed(World& world, const v1::ListAlertsRequest& request,
                   const std::string& scope = "/33/") {
  const auto response = ListAlerts(world.deps(), CallWith("alerts.read", scope), request);
  REQUIRE(response.ok());
  std::string numbers;
  for (const v1::Alert& alert : response->alerts()) numbers += alert.alert_id().back();
  return numbers;
}

TEST_CASE("A list holds the caller's units and what the filter asks for", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Fill(world);
  v1::ListAlertsRequest request;
  CHECK(Listed(world, request) == "1234");
  CHECK(Listed(world, request, kHealth) == "12");
  CHECK(Listed(world, request, "/34/").empty());
  CHECK(Listed(world, request, "/") == "1234");
  request.set_under_path(kRoads);
  CHECK(Listed(world, request) == "34");
  CHECK(Listed(world, request, kHealth).empty());
  request.set_open_only(true);
  CHECK(Listed(world, request) == "3");
  request.Clear();
  request.set_project_id(Uuid(500));
  CHECK(Listed(world, request) == "34");
  request.Clear();
  request.set_rule_id("R12");
  CHECK(Listed(world, request) == "2");
  request.Clear();
  request.set_severity_min(monitor::v1::SEVERITY_ORANGE);
  CHECK(Listed(world, request) == "12");
}

TEST_CASE("Pages follow each other without gap or repeat", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Fill(world);
  const Call call = CallWith("alerts.read", "/33/");
  v1::ListAlertsRequest request;
  request.set_page_size(3);
  const auto first = ListAlerts(world.deps(), call, request);
  REQUIRE(first.ok());
  CHECK(first->alerts_size() == 3);
  request.set_page_token(first->next_page_token());
  const auto second = ListAlerts(world.deps(), call, request);
  REQUIRE(second.ok());
  REQUIRE(second->alerts_size() == 1);
  CHECK(second->alerts(0).alert_id() == Uuid(4));
  CHECK(second->next_page_token().empty());
  request.set_rule_id("R10");  // a token belongs to its query
  CHECK(ListAlerts(world.deps(), call, request).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("A malformed list is refused", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::ListAlertsRequest request;
  request.set_under_path("33");
  request.set_project_id("p");
  request.set_severity_min(static_cast<monitor::v1::Severity>(9));
  const absl::Status status =
      ListAlerts(world.deps(), CallWith("alerts.read", "/33/"), request).status();
  CHECK(ViolationsOf(status).size() == 3);
}

}  // namespace
}  // namespace fiscus::alerting
