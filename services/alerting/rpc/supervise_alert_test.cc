// The supervisor's side.
#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

TEST_CASE("An alert goes all the way to its closure", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  const std::pair<v1::AlertCommand, v1::AlertState> way[] = {
      {v1::ALERT_COMMAND_ACKNOWLEDGE, v1::ALERT_STATE_ACKNOWLEDGED},
      {v1::ALERT_COMMAND_VERIFY, v1::ALERT_STATE_VERIFYING},
      {v1::ALERT_COMMAND_ORDER_RECTIFICATION, v1::ALERT_STATE_RECTIFYING},
      {v1::ALERT_COMMAND_SUBMIT_RESULT, v1::ALERT_STATE_SUBMITTED},
      {v1::ALERT_COMMAND_REJECT_RESULT, v1::ALERT_STATE_RECTIFYING},
      {v1::ALERT_COMMAND_SUBMIT_RESULT, v1::ALERT_STATE_SUBMITTED},
      {v1::ALERT_COMMAND_CONFIRM_RESULT, v1::ALERT_STATE_VERIFIED},
      {v1::ALERT_COMMAND_CLOSE, v1::ALERT_STATE_CLOSED},
      {v1::ALERT_COMMAND_REOPEN, v1::ALERT_STATE_RAISED},
  };
  for (const auto& [command, state] : way) {
    const auto alert = world.Command(Uuid(1), command);
    INFO(v1::AlertCommand_Name(command));
    REQUIRE(alert.ok());
    CHECK(alert->state() == state);
    CHECK(alert->due_at().empty() == (state == v1::ALERT_STATE_CLOSED));
  }
  CHECK(world.Get(Uuid(1)).steps_size() == 10);
  CHECK(world.Events("fiscus.alerting.v1.AlertStateChanged") == 10);
}

TEST_CASE("Nobody of the alerted unit dismisses its alert, nor of a unit below it",
          "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE).ok());
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_VERIFY).ok());
  v1::AlertCommandRequest request;
  request.set_alert_id(Uuid(1));
  request.set_command(v1::ALERT_COMMAND_DISMISS);
  request.set_note("explained");
  for (const std::string home : {"/33/health/hospital/", "/33/health/hospital/ward/"}) {
    const Call own = CallWith("alerts.supervise", "/33/", home);
    request.set_request_id(own.request_id);
    const absl::Status status = SuperviseAlert(world.deps(), own, request).status();
    CHECK(ReasonOf(status) == "OWN_UNIT");
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  }
  const Call above = CallWith("alerts.supervise", kHealth, kHealth);
  request.set_request_id(above.request_id);
  const auto dismissed = SuperviseAlert(world.deps(), above, request);
  REQUIRE(dismissed.ok());
  CHECK(dismissed->state() == v1::ALERT_STATE_DISMISSED);
}

TEST_CASE("An alert is not reopened beside a later one of its fingerprint", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  for (const auto command :
       {v1::ALERT_COMMAND_ACKNOWLEDGE, v1::ALERT_COMMAND_VERIFY, v1::ALERT_COMMAND_DISMISS}) {
    REQUIRE(world.Command(Uuid(1), command).ok());
  }
  REQUIRE(world.Take(WarningWith(2, monitor::v1::SEVERITY_RED)).ok());
  const absl::Status status = world.Command(Uuid(1), v1::ALERT_COMMAND_REOPEN).status();
  CHECK(ReasonOf(status) == "WRONG_STATE");
}

TEST_CASE("The unit's commands are not a supervisor's", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = CallWith("alerts.supervise", "/33/");
  v1::AlertCommandRequest request;
  request.set_request_id(call.request_id);
  request.set_alert_id(Uuid(1));
  request.set_command(v1::ALERT_COMMAND_ACKNOWLEDGE);
  const absl::Status status = SuperviseAlert(world.deps(), call, request).status();
  REQUIRE(ViolationsOf(status).size() == 1);
  CHECK(ViolationsOf(status)[0].field == "command");
}

}  // namespace
}  // namespace fiscus::alerting
