// The alerted unit's side, and what both command RPCs have in common.
#include <catch2/catch.hpp>

#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "libs/core/status.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

v1::AlertCommandRequest RequestFor(const Call& call, v1::AlertCommand command) {
  v1::AlertCommandRequest request;
  request.set_request_id(call.request_id);
  request.set_alert_id(Uuid(1));
  request.set_command(command);
  return request;
}

TEST_CASE("The unit acknowledges, and later reports what it did", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  const auto answer = world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE, "");
  REQUIRE(answer.ok());
  CHECK(answer->state() == v1::ALERT_STATE_ACKNOWLEDGED);
  CHECK(answer->version() == 2);
  CHECK(answer->steps_size() == 0);
  CHECK(answer->due_at() ==
        "2026-03-09T16:00:00.000000Z");  // five working days from Monday the 2nd

  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_VERIFY).ok());
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ORDER_RECTIFICATION, "pay what is due").ok());
  CHECK(ReasonOf(world.Command(Uuid(1), v1::ALERT_COMMAND_SUBMIT_RESULT, "").status()) ==
        "NOTE_MISSING");
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_SUBMIT_RESULT, "paid").ok());

  const v1::Alert alert = world.Get(Uuid(1));
  CHECK(alert.state() == v1::ALERT_STATE_SUBMITTED);
  REQUIRE(alert.steps_size() == 5);
  CHECK(alert.steps(4).note() == "paid");
  CHECK(alert.steps(4).actor().subject() == Uuid(7));
}

TEST_CASE("A repeated request is answered as the first time and done once", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  const Call call = CallWith("alerts.answer", kHospital, kHospital);
  const auto first =
      AnswerAlert(world.deps(), call, RequestFor(call, v1::ALERT_COMMAND_ACKNOWLEDGE));
  const auto again =
      AnswerAlert(world.deps(), call, RequestFor(call, v1::ALERT_COMMAND_ACKNOWLEDGE));
  REQUIRE(first.ok());
  REQUIRE(again.ok());
  CHECK(first->SerializeAsString() == again->SerializeAsString());
  CHECK(world.Get(Uuid(1)).steps_size() == 2);
  CHECK(world.Events("fiscus.alerting.v1.AlertStateChanged") == 2);
}

TEST_CASE("Commands are refused with their reasons", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = CallWith("alerts.answer", kHospital, kHospital);
  v1::AlertCommandRequest request = RequestFor(call, v1::ALERT_COMMAND_ACKNOWLEDGE);
  CHECK(ReasonOf(AnswerAlert(world.deps(), call, request).status()) == "ALERT_NOT_FOUND");

  REQUIRE(world.Take(WarningWith(1)).ok());
  request.set_expected_version(5);
  const absl::Status moved = AnswerAlert(world.deps(), call, request).status();
  CHECK(ReasonOf(moved) == "VERSION_MISMATCH");
  CHECK(moved.code() == absl::StatusCode::kAborted);
  request.set_expected_version(1);
  request.set_command(v1::ALERT_COMMAND_SUBMIT_RESULT);
  CHECK(ReasonOf(AnswerAlert(world.deps(), call, request).status()) == "WRONG_STATE");
  request.set_command(v1::ALERT_COMMAND_ACKNOWLEDGE);
  CHECK(AnswerAlert(world.deps(), call, request).ok());
}

TEST_CASE("A malformed command names every field to mend", "[alerting][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::AlertCommandRequest request;
  request.set_request_id("1");
  request.set_alert_id("2");
  request.set_command(v1::ALERT_COMMAND_CLOSE);  // a supervisor's
  request.set_note(std::string(4001, 'x'));
  request.set_expected_version(-1);
  const absl::Status status =
      AnswerAlert(world.deps(), CallWith("alerts.answer", kHospital), request).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  std::string fields;
  for (const FieldViolation& violation : ViolationsOf(status)) fields += violation.field + " ";
  CHECK(fields == "request_id alert_id command note expected_version ");
}

}  // namespace
}  // namespace fiscus::alerting
