#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

TEST_CASE("The named days of a year and the last closed day are listed", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = CallWith("clock.close", "/33/");
  v1::SetCalendarDaysRequest set;
  set.set_request_id(call.request_id);
  for (const char* date : {"2026-10-01", "2026-05-01", "2027-01-01"}) {
    v1::CalendarDay& day = *set.add_days();
    day.set_date(date);
    day.set_kind(v1::CALENDAR_DAY_KIND_HOLIDAY);
    day.set_name("国庆");
  }
  REQUIRE(SetCalendarDays(world.deps(), call, set).ok());

  v1::ListCalendarDaysRequest request;
  request.set_year(2026);
  const auto before = ListCalendarDays(world.deps(), CallWith("alerts.read", "/33/"), request);
  REQUIRE(before.ok());
  REQUIRE(before->days_size() == 2);
  CHECK(before->days(0).date() == "2026-05-01");
  CHECK(before->days(0).kind() == v1::CALENDAR_DAY_KIND_HOLIDAY);
  CHECK(before->days(1).name() == "国庆");
  CHECK(before->last_closed().empty());

  REQUIRE(world.Close("2026-03-02").ok());
  CHECK(ListCalendarDays(world.deps(), CallWith("alerts.read", "/33/"), request)->last_closed() ==
        "2026-03-02");
  request.set_year(26);
  CHECK(ListCalendarDays(world.deps(), call, request).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace fiscus::alerting
