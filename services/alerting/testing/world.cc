#include "services/alerting/testing/world.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "fiscus/alerting/v1/alerting_service.handlers.h"
#include "fiscus/monitor/v1/events.pb.h"
#include "libs/core/status.h"
#include "services/alerting/consumers/warning_changed.h"
#include "services/alerting/store/migrations.h"
#include "services/alerting/testing/queries.h"

namespace fiscus::alerting {
namespace {

absl::TimeZone Shanghai() {
  absl::TimeZone zone;
  absl::LoadTimeZone("Asia/Shanghai", &zone);
  return zone;
}

}  // namespace

std::string Uuid(int number) { return absl::StrFormat("018f0000-0000-7000-8000-%012x", number); }

monitor::v1::Warning WarningWith(int number, monitor::v1::Severity severity) {
  monitor::v1::Warning warning;
  warning.set_warning_id(Uuid(number));
  warning.set_fingerprint("f1");
  warning.set_tenant(kTenant);
  warning.set_rule_id("R10");
  warning.set_rule_version("1");
  warning.set_title("Budget execution lag");
  warning.set_subject(std::string("projects/") + kProject);
  warning.set_project_id(kProject);
  warning.set_unit_path(kHospital);
  warning.set_window("2026");
  warning.set_severity(severity);
  warning.set_message("22.0 points behind");
  warning.set_citation("序时进度");
  warning.set_caused_by(Uuid(99));
  warning.set_caused_at("2026-03-02T08:00:00.000000Z");
  warning.set_as_of("2026-03-02");
  monitor::v1::Fact& fact = *warning.add_facts();
  fact.set_name("deviation_bp");
  fact.set_value(2200);
  return warning;
}

events::Record RecordOf(const monitor::v1::Warning& warning) {
  monitor::v1::WarningChanged event;
  *event.mutable_warning() = warning;
  return {.topic = "fiscus.warnings.v1",
          .key = warning.project_id(),
          .id = warning.warning_id(),
          .type = "fiscus.monitor.v1.WarningChanged",
          .source = "fiscus/monitor",
          .tenant = kTenant,
          .aggregate = "monitor/" + warning.project_id(),
          .sequence = 1,
          .actor = "monitor",
          .payload = event.SerializeAsString()};
}

Call CallWith(const std::string& intent, const std::string& unit_path, const std::string& home) {
  Call call = testing::TestCall(kTenant, Uuid(7), {intent}, unit_path);
  call.intent = intent;
  call.caller.home_unit = home;
  return call;
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal ? refusal->reason : std::string(status.ToString());
}

bool HeldStream::Write(v1::AlertChange message) {
  const std::lock_guard lock(mutex_);
  if (ended_ || held_.size() >= room_) return false;
  held_.push_back(std::move(message));
  return true;
}

void HeldStream::Finish(absl::Status status) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(ended_, true)) return;
  status_ = std::move(status);
}

bool HeldStream::Ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

absl::Status HeldStream::Permitted() const {
  const std::lock_guard lock(mutex_);
  return permitted_;
}

void HeldStream::Forbid(absl::Status why) {
  const std::lock_guard lock(mutex_);
  permitted_ = std::move(why);
}

std::vector<v1::AlertChange> HeldStream::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(held_, {});
}

World::World(FeedOptions options)
    : pg_("alerting", kMigrations),
      clock_(SystemClock().Now()),
      feed_(pg_.database(), clock_, options),
      deps_{.database = pg_.database(), .clock = clock_, .feed = feed_, .zone = Shanghai()} {}

absl::Status World::Take(const monitor::v1::Warning& warning) { return Take(RecordOf(warning)); }

absl::Status World::Take(const events::Record& record) {
  return database().Write(kTenant, SystemClock().Now() + absl::Seconds(10),
                          [&](pg::Tx& tx) { return OnWarningChanged(deps_, tx, record); });
}

absl::StatusOr<v1::CloseDayResponse> World::Close(const std::string& date) {
  const Call call = CallWith("clock.close", "/33/");
  v1::CloseDayRequest request;
  request.set_request_id(call.request_id);
  request.set_date(date);
  return CloseDay(deps_, call, request);
}

absl::StatusOr<v1::Alert> World::Command(const std::string& alert_id, v1::AlertCommand command,
                                         const std::string& note) {
  const bool unit =
      command == v1::ALERT_COMMAND_ACKNOWLEDGE || command == v1::ALERT_COMMAND_SUBMIT_RESULT;
  const Call call = CallWith(unit ? "alerts.answer" : "alerts.supervise", "/33/");
  v1::AlertCommandRequest request;
  request.set_request_id(call.request_id);
  request.set_alert_id(alert_id);
  request.set_command(command);
  request.set_note(note);
  return unit ? AnswerAlert(deps_, call, request) : SuperviseAlert(deps_, call, request);
}

v1::Alert World::Get(const std::string& alert_id) {
  v1::GetAlertRequest request;
  request.set_alert_id(alert_id);
  return GetAlert(deps_, CallWith("alerts.read", "/33/"), request).value_or(v1::Alert());
}

int64_t World::Events(const std::string& type) { return Count(test::sql::kCountEvents, type); }

int64_t World::Count(const pg::Query& query, const std::string& parameter) {
  int64_t count = -1;
  const absl::Status status = database().Read(
      kTenant, SystemClock().Now() + absl::Seconds(10), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows,
                         tx.Run(query, pg::Args().Text(kTenant).Text(parameter)));
        count = rows[0].Int("count");
        return absl::OkStatus();
      });
  return status.ok() ? count : -1;
}

}  // namespace fiscus::alerting
