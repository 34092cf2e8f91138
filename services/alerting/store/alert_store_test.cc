// The SQL against the migrated schema. What the queries do is tested through handlers and
// consumers, on the same database.
#include "services/alerting/store/alert_store.h"

#include <catch2/catch.hpp>

#include "libs/core/status.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/alerting/store/migrations.h"
#include "services/alerting/store/queries.h"

namespace fiscus::alerting {
namespace {

constexpr absl::CivilDay kMonday(2026, 3, 2);

Change RaisedBy(const std::string& id, const std::string& fingerprint) {
  Warning warning{.warning_id = id,
                  .fingerprint = fingerprint,
                  .rule_id = "R10",
                  .rule_version = "1",
                  .title = "Budget execution lag",
                  .subject = "projects/x",
                  .project_id = "",
                  .unit_path = "/33/health/",
                  .message = "22.0 points behind",
                  .citation = "序时进度",
                  .facts = {{"deviation_bp", 2200}, {"planned_bp", -1}},
                  .caused_by = "e",
                  .caused_at = "2026-03-02T08:00:00Z",
                  .severity = Severity::kRed,
                  .as_of = kMonday};
  Change change = Receive(std::nullopt, warning, SystemClock().Now());
  Reckon(change.alert, Calendar());
  return change;
}

constexpr char kFirst[] = "018f0000-0000-7000-8000-000000000001";
constexpr char kSecond[] = "018f0000-0000-7000-8000-000000000002";

TEST_CASE("Every query fits the migrated schema", "[alerting][store]") {
  FISCUS_NEEDS_PG();
  testing::TestDatabase pg("alerting", kMigrations);
  CHECK(pg.PrepareAll(sql::kAll) == absl::OkStatus());
}

TEST_CASE("An alert is read as it was written", "[alerting][store]") {
  FISCUS_NEEDS_PG();
  testing::TestDatabase pg("alerting", kMigrations);
  const Change raised = RaisedBy(kFirst, "f1");
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(10);
  const Author author{"alerting", "", SystemClock().Now()};
  REQUIRE(pg.database()
              .Write("t1", deadline, [&](pg::Tx& tx) { return SaveWarned(tx, raised, author); })
              .ok());
  REQUIRE(pg.database()
              .Read("t1", deadline,
                    [&](pg::Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(const Alert read, LoadAlert(tx, kFirst));
                      CHECK(read.fingerprint == "f1");
                      CHECK(read.last.facts == raised.alert.last.facts);
                      CHECK(read.last.project_id.empty());
                      CHECK(read.last.citation == "序时进度");
                      CHECK(read.severity == Severity::kRed);
                      CHECK(read.limits_from == kMonday);
                      CHECK_FALSE(read.submitted_on.has_value());
                      CHECK_FALSE(read.clear_since.has_value());
                      CHECK(read.due_on == kMonday + 1);
                      CHECK(read.next_check_on == kMonday + 1);
                      CHECK(read.raised_at == raised.alert.raised_at);
                      return absl::OkStatus();
                    })
              .ok());
  // Another tenant sees nothing.
  const absl::Status foreign = pg.database().Read(
      "t2", deadline, [&](pg::Tx& tx) { return LoadAlert(tx, kFirst).status(); });
  CHECK(foreign.code() == absl::StatusCode::kNotFound);
}

// The database itself holds the invariant, whatever the code above it does.
TEST_CASE("A second open alert of a fingerprint is refused by the database", "[alerting][store]") {
  FISCUS_NEEDS_PG();
  testing::TestDatabase pg("alerting", kMigrations);
  const absl::Time deadline = SystemClock().Now() + absl::Milliseconds(200);
  const Author author{"alerting", "", SystemClock().Now()};
  REQUIRE(pg.database()
              .Write("t1", deadline,
                     [&](pg::Tx& tx) { return SaveWarned(tx, RaisedBy(kFirst, "f1"), author); })
              .ok());
  Change second = RaisedBy(kSecond, "f1");
  second.alert.ordinal = 2;
  const absl::Status status = pg.database().WriteOnce(
      "t1", deadline, [&](pg::Tx& tx) { return SaveWarned(tx, second, author); }, nullptr);
  CHECK(status.code() == absl::StatusCode::kAborted);  // run again: the open one is found then
}

}  // namespace
}  // namespace fiscus::alerting
