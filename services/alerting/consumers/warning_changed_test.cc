// Warnings become alerts, on PostgreSQL. The order and repetition of records is libs/events'
// business; here, what one does.
#include "services/alerting/consumers/warning_changed.h"

#include <catch2/catch.hpp>
#include <utility>

#include "services/alerting/testing/queries.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

using monitor::v1::SEVERITY_ORANGE;
using monitor::v1::SEVERITY_RED;
using monitor::v1::SEVERITY_UNSPECIFIED;
using monitor::v1::SEVERITY_YELLOW;

constexpr char kChanged[] = "fiscus.alerting.v1.AlertStateChanged";

TEST_CASE("A warning raises an alert with its step, evidence and event", "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  const v1::Alert alert = world.Get(Uuid(1));
  CHECK(alert.state() == v1::ALERT_STATE_RAISED);
  CHECK(alert.severity() == SEVERITY_ORANGE);
  CHECK(alert.fingerprint() == "f1");
  CHECK(alert.unit_path() == kHospital);
  CHECK(alert.project_id() == kProject);
  CHECK(alert.message() == "22.0 points behind");
  CHECK(alert.citation() == "序时进度");
  CHECK(alert.occurrences() == 1);
  CHECK(alert.facts(0).value() == 2200);
  CHECK(alert.as_of() == "2026-03-02");
  CHECK(alert.caused_at() == "2026-03-02T08:00:00.000000Z");
  CHECK(alert.due_at() == "2026-03-04T16:00:00.000000Z");  // end of Wednesday in Shanghai
  CHECK(alert.version() == 1);
  REQUIRE(alert.steps_size() == 1);
  CHECK(alert.steps(0).actor().subject() == "alerting");
  CHECK(world.Events(kChanged) == 1);
  CHECK(world.Count(test::sql::kCountEvidence, Uuid(1)) == 1);
}

TEST_CASE("The same warning again changes nothing", "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  for (int i = 0; i < 3; ++i) REQUIRE(world.Take(WarningWith(1)).ok());
  CHECK(world.Get(Uuid(1)).occurrences() == 1);
  CHECK(world.Get(Uuid(1)).version() == 1);
  CHECK(world.Events(kChanged) == 1);
}

// The monitor that built its state anew publishes under another aggregate, from 1 again.
TEST_CASE("A warning taken before changes nothing under another aggregate and sequence",
          "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto publish = [&](const std::string& aggregate) {
    const std::pair<int, monitor::v1::Severity> history[] = {
        {1, monitor::v1::SEVERITY_INFO}, {2, SEVERITY_RED}, {3, SEVERITY_YELLOW}};
    for (const auto& [number, severity] : history) {
      events::Record record = RecordOf(WarningWith(number, severity));
      record.aggregate = aggregate;
      record.sequence = number;
      REQUIRE(world.Take(record).ok());
    }
  };
  publish("warnings/p");
  const v1::Alert before = world.Get(Uuid(2));
  publish("warnings/p/2");
  const v1::Alert after = world.Get(Uuid(2));
  CHECK(after.SerializeAsString() == before.SerializeAsString());
  CHECK_FALSE(after.condition_clear());  // the INFO warning came before there was an alert
  CHECK(world.Events(kChanged) == 2);
  CHECK(world.Count(test::sql::kCountEvidence, Uuid(2)) == 2);
  // What is new in the new stream counts.
  REQUIRE(world.Take(WarningWith(4, SEVERITY_RED)).ok());
  CHECK(world.Get(Uuid(2)).occurrences() == 3);
}

TEST_CASE("A further refusal counts on the open alert, and raises a new one after its end",
          "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  monitor::v1::Warning refused = WarningWith(1, SEVERITY_RED);
  REQUIRE(world.Take(refused).ok());
  refused.set_previous(SEVERITY_RED);
  refused.set_warning_id(Uuid(2));
  REQUIRE(world.Take(refused).ok());
  CHECK(world.Get(Uuid(1)).occurrences() == 2);
  CHECK(world.Count(test::sql::kCountEvidence, Uuid(1)) == 2);
  for (const auto command :
       {v1::ALERT_COMMAND_ACKNOWLEDGE, v1::ALERT_COMMAND_VERIFY, v1::ALERT_COMMAND_DISMISS}) {
    REQUIRE(world.Command(Uuid(1), command).ok());
  }
  refused.set_warning_id(Uuid(3));
  REQUIRE(world.Take(refused).ok());
  CHECK(world.Get(Uuid(1)).state() == v1::ALERT_STATE_DISMISSED);
  CHECK(world.Get(Uuid(3)).state() == v1::ALERT_STATE_RAISED);
  CHECK(world.Count(test::sql::kCountAlertsOfFingerprint, "f1") == 2);
}

TEST_CASE("A date that a client puts into the future puts no limit off", "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  monitor::v1::Warning warning = WarningWith(1, SEVERITY_RED);
  warning.set_as_of("2031-01-01");  // its cause was recorded on Monday, 2026-03-02
  REQUIRE(world.Take(warning).ok());
  CHECK(world.Get(Uuid(1)).due_at() == "2026-03-03T16:00:00.000000Z");
  // An installation that plays months: the open day counts.
  REQUIRE(world.Close("2026-03-31").ok());
  warning.set_warning_id(Uuid(2));
  warning.set_fingerprint("f2");
  REQUIRE(world.Take(warning).ok());
  CHECK(world.Get(Uuid(2)).due_at() == "2026-04-02T16:00:00.000000Z");
}

TEST_CASE("Warnings of one fingerprint join one open alert", "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1, SEVERITY_YELLOW)).ok());
  REQUIRE(world.Take(WarningWith(2, SEVERITY_RED)).ok());
  REQUIRE(world.Take(WarningWith(3, SEVERITY_UNSPECIFIED)).ok());
  const v1::Alert alert = world.Get(Uuid(1));
  CHECK(alert.severity() == SEVERITY_RED);
  CHECK(alert.occurrences() == 2);
  CHECK(alert.condition_clear());
  CHECK(alert.steps_size() == 3);
  CHECK(world.Count(test::sql::kCountAlertsOfFingerprint, "f1") == 1);
  CHECK(world.Count(test::sql::kCountEvidence, Uuid(1)) == 3);
}

TEST_CASE("After the end a new occurrence raises a new alert, and the old one stays",
          "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1)).ok());
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_ACKNOWLEDGE).ok());
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_VERIFY).ok());
  REQUIRE(world.Command(Uuid(1), v1::ALERT_COMMAND_DISMISS).ok());
  REQUIRE(world.Take(WarningWith(2, SEVERITY_YELLOW)).ok());  // no worse than what was dismissed
  CHECK(world.Count(test::sql::kCountAlertsOfFingerprint, "f1") == 1);
  REQUIRE(world.Take(WarningWith(3, SEVERITY_RED)).ok());
  CHECK(world.Count(test::sql::kCountAlertsOfFingerprint, "f1") == 2);
  CHECK(world.Get(Uuid(1)).state() == v1::ALERT_STATE_DISMISSED);
  CHECK(world.Get(Uuid(3)).state() == v1::ALERT_STATE_RAISED);
}

TEST_CASE("A clear warning without an alert leaves nothing", "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Take(WarningWith(1, SEVERITY_UNSPECIFIED)).ok());
  CHECK(world.Count(test::sql::kCountAlertsOfFingerprint, "f1") == 0);
  CHECK(world.Events(kChanged) == 0);
}

TEST_CASE("A warning that comes after its days were closed is escalated at once",
          "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Close("2026-03-09").ok());
  REQUIRE(world.Take(WarningWith(1, SEVERITY_RED))
              .ok());  // of Monday the 2nd, due on the 3rd, level 2 on the 5th
  CHECK(world.Get(Uuid(1)).escalation_level() == 2);
  CHECK(world.Get(Uuid(1)).version() == 1);
}

TEST_CASE("What is no warning goes to the dead letters", "[alerting][consumer]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto spoil = GENERATE(0, 1, 2, 3, 4, 5, 6, 7, 8);
  monitor::v1::Warning warning = WarningWith(1);
  switch (spoil) {
    case 0:
      warning.set_warning_id("w1");
      break;
    case 1:
      warning.clear_fingerprint();
      break;
    case 2:
      warning.clear_rule_id();
      break;
    case 3:
      warning.set_project_id("p");
      break;
    case 4:
      warning.set_unit_path("33");
      break;
    case 5:
      warning.set_severity(static_cast<monitor::v1::Severity>(9));
      break;
    case 6:
      warning.mutable_facts(0)->set_name("a,b");
      break;
    case 7:
      warning.set_as_of("2026-02-30");
      break;
    default:
      warning.set_tenant("t2");
      break;
  }
  CHECK(world.Take(warning).code() == absl::StatusCode::kInvalidArgument);
  events::Record record = RecordOf(WarningWith(1));
  record.payload = "\xff\xff";
  const absl::Status status = world.database().Write(
      kTenant, SystemClock().Now() + absl::Seconds(5),
      [&](pg::Tx& tx) { return OnWarningChanged(world.deps(), tx, record); });
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace fiscus::alerting
