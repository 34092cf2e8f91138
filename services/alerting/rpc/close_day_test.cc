// Days in order and once; the tick and the escalations are one transaction.
#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/queries.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

constexpr char kTick[] = "fiscus.alerting.v1.DayClosed";

TEST_CASE("Days are closed in order, and the last one again as the first time", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto first = world.Close("2026-03-02");
  REQUIRE(first.ok());
  CHECK(first->date() == "2026-03-02");
  const auto again = world.Close("2026-03-02");  // with another request id
  REQUIRE(again.ok());
  CHECK(again->date() == "2026-03-02");
  CHECK(world.Events(kTick) == 1);

  const absl::Status back = world.Close("2026-03-01").status();
  CHECK(ReasonOf(back) == "DAY_OUT_OF_ORDER");
  CHECK(back.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(ReasonOf(world.Close("2062-03-03").status()) == "DAY_OUT_OF_ORDER");
  REQUIRE(world.Close("2026-03-06").ok());
  CHECK(world.Events(kTick) == 2);
  CHECK(world.Close("2026-02-30").status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("A day that has not come is refused, unless the installation plays months",
          "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Deps deps = world.deps();
  deps.days_ahead_max = 1;
  Call call = CallWith("clock.close", "/33/");
  call.now = absl::FromCivil(absl::CivilMinute(2026, 3, 2, 23, 0), deps.zone);
  v1::CloseDayRequest request;
  request.set_request_id(call.request_id);
  request.set_date("2026-03-04");
  CHECK(ReasonOf(CloseDay(deps, call, request).status()) == "DAY_OUT_OF_ORDER");
  request.set_date("2026-03-03");
  CHECK(CloseDay(deps, call, request).ok());
  CHECK(world.Close("2026-12-31").ok());
}

TEST_CASE("The tick is a control record", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Close("2026-03-02").ok());
  CHECK(world.Count(test::sql::kCountBroadcasts, kTick) == 1);
}

TEST_CASE("What is overdue goes up when its day is closed, not before", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1, monitor::v1::SEVERITY_RED)).ok());  // Monday; due on Tuesday
  struct Row {
    const char* day;
    int level;
  };
  for (const Row row : {Row{"2026-03-02", 0},
                        {"2026-03-03", 1},
                        {"2026-03-04", 1},
                        {"2026-03-05", 2},
                        {"2026-03-10", 3},
                        {"2026-03-31", 3}}) {
    REQUIRE(world.Close(row.day).ok());
    INFO(row.day);
    CHECK(world.Get(Uuid(1)).escalation_level() == row.level);
  }
  const v1::Alert alert = world.Get(Uuid(1));
  REQUIRE(alert.steps_size() == 4);
  CHECK(alert.steps(1).actor().subject() == "alerting");
  CHECK(alert.steps(1).note() == "overdue since 2026-03-03: escalated to level 1");
  CHECK(world.Events("fiscus.alerting.v1.AlertStateChanged") == 4);
}

TEST_CASE("A YELLOW alert whose condition stayed clear resolves itself", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1, monitor::v1::SEVERITY_YELLOW)).ok());
  REQUIRE(world.Take(WarningWith(2, monitor::v1::SEVERITY_UNSPECIFIED)).ok());
  REQUIRE(world.Close("2026-03-08").ok());
  CHECK(world.Get(Uuid(1)).state() == v1::ALERT_STATE_RAISED);
  REQUIRE(world.Close("2026-03-09").ok());
  CHECK(world.Get(Uuid(1)).state() == v1::ALERT_STATE_AUTO_RESOLVED);
  CHECK(world.Get(Uuid(1)).due_at().empty());
}

// More than one chunk of the reads and of the writes.
TEST_CASE("Hundreds of alerts escalate with the day that they are due", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  constexpr int kAlerts = 520;
  for (int i = 1; i <= kAlerts; ++i) {
    monitor::v1::Warning warning = WarningWith(i);
    warning.set_fingerprint("f" + std::to_string(i));
    REQUIRE(world.Take(warning).ok());
  }
  REQUIRE(world.Close("2026-03-04").ok());
  CHECK(world.Get(Uuid(1)).escalation_level() == 1);
  CHECK(world.Get(Uuid(kAlerts)).escalation_level() == 1);
  CHECK(world.Events("fiscus.alerting.v1.AlertStateChanged") == 2 * kAlerts);
}

TEST_CASE("A day of one tenant closes nothing of another", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  Call foreign = CallWith("clock.close", "/");
  foreign.caller.tenant = "t2";
  v1::CloseDayRequest request;
  request.set_request_id(foreign.request_id);
  request.set_date("2030-01-01");
  REQUIRE(CloseDay(world.deps(), foreign, request).ok());
  CHECK(world.Close("2026-03-02").ok());
}

}  // namespace
}  // namespace fiscus::alerting
