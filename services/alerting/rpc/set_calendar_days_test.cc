// Holidays move due days.
#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

absl::StatusOr<v1::SetCalendarDaysResponse> Set(World& world, const std::string& date,
                                                v1::CalendarDayKind kind) {
  const Call call = CallWith("clock.close", "/33/");
  v1::SetCalendarDaysRequest request;
  request.set_request_id(call.request_id);
  v1::CalendarDay& day = *request.add_days();
  day.set_date(date);
  day.set_kind(kind);
  day.set_name("a day");
  return SetCalendarDays(world.deps(), call, request);
}

TEST_CASE("A holiday moves the due days of open alerts, and forgetting it moves them back",
          "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  REQUIRE(world.Get(Uuid(1)).due_at() == "2026-03-04T16:00:00.000000Z");

  const auto set = Set(world, "2026-03-03", v1::CALENDAR_DAY_KIND_HOLIDAY);
  REQUIRE(set.ok());
  CHECK(set->alerts_moved() == 1);
  const v1::Alert moved = world.Get(Uuid(1));
  CHECK(moved.due_at() == "2026-03-05T16:00:00.000000Z");
  CHECK(moved.version() == 2);
  REQUIRE(world.Close("2026-03-04").ok());
  CHECK(world.Get(Uuid(1)).escalation_level() == 0);

  CHECK(Set(world, "2026-03-30", v1::CALENDAR_DAY_KIND_HOLIDAY)->alerts_moved() == 0);
  REQUIRE(Set(world, "2026-03-05", v1::CALENDAR_DAY_KIND_HOLIDAY).ok());
  REQUIRE(Set(world, "2026-03-05", v1::CALENDAR_DAY_KIND_UNSPECIFIED).ok());
  CHECK(world.Get(Uuid(1)).due_at() == "2026-03-05T16:00:00.000000Z");
}

TEST_CASE("A worked weekend counts", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(Set(world, "2026-03-07", v1::CALENDAR_DAY_KIND_WORKED).ok());
  monitor::v1::Warning friday = WarningWith(1, monitor::v1::SEVERITY_RED);
  friday.set_as_of("2026-03-06");
  friday.set_caused_at("2026-03-06T08:00:00.000000Z");
  REQUIRE(world.Take(friday).ok());
  CHECK(world.Get(Uuid(1)).due_at() == "2026-03-07T16:00:00.000000Z");
}

TEST_CASE("A closed day keeps its place in the calendar", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Close("2026-03-03").ok());
  const absl::Status status = Set(world, "2026-03-03", v1::CALENDAR_DAY_KIND_HOLIDAY).status();
  CHECK(ReasonOf(status) == "DAY_CLOSED");
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("Malformed days are named", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = CallWith("clock.close", "/33/");
  v1::SetCalendarDaysRequest request;
  request.set_request_id(call.request_id);
  CHECK(ViolationsOf(SetCalendarDays(world.deps(), call, request).status())[0].field == "days");
  for (const char* date : {"2026-03-03", "2026-03-03", "tomorrow"})
    request.add_days()->set_date(date);
  const auto violations = ViolationsOf(SetCalendarDays(world.deps(), call, request).status());
  REQUIRE(violations.size() == 2);
  CHECK(violations[0].field == "days[1].date");
  CHECK(violations[1].field == "days[2].date");
}

}  // namespace
}  // namespace fiscus::alerting
