// For tests only: alerting on a database of its own, without Kafka and gRPC.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscus/alerting/v1/alerting_service.pb.h"
#include "fiscus/monitor/v1/monitor.pb.h"
#include "libs/events/consumer.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/alerting/deps.h"

namespace fiscus::alerting {

// The tenant of these tests, and units in it.
inline constexpr char kTenant[] = "t1";
inline constexpr char kHealth[] = "/33/health/";
inline constexpr char kHospital[] = "/33/health/hospital/";
inline constexpr char kRoads[] = "/33/roads/";
inline constexpr char kProject[] = "018f0000-0000-7000-8000-0000000000aa";

// The n-th warning id (or project id) of a test.
std::string Uuid(int number);

// A warning as the monitor publishes it: R10, ORANGE, of kHospital's kProject, on Monday
// 2026-03-02, fingerprint "f1".
monitor::v1::Warning WarningWith(int number,
                                 monitor::v1::Severity severity = monitor::v1::SEVERITY_ORANGE);

// What Kafka would deliver.
events::Record RecordOf(const monitor::v1::Warning& warning);

// A person with one intent at a unit; `home` is the unit he belongs to.
Call CallWith(const std::string& intent, const std::string& unit_path,
              const std::string& home = "/33/");

// The stable reason of a refusal, or the status itself for the failure message.
std::string ReasonOf(const absl::Status& status);

// A stream that keeps what it is given, up to `room` messages at a time.
class HeldStream final : public AlertStream {
 public:
  explicit HeldStream(size_t room = 1000) : room_(room) {}
  bool Write(v1::AlertChange message) override;
  void Finish(absl::Status status) override;
  bool Ended() const override;
  absl::Status Permitted() const override;

  // The token that opened the stream dies, as a verifier would say it.
  void Forbid(absl::Status why);
  std::vector<v1::AlertChange> Take();  // the client reads
  const absl::Status& status() const { return status_; }

 private:
  const size_t room_;
  mutable std::mutex mutex_;
  std::vector<v1::AlertChange> held_;
  bool ended_ = false;
  absl::Status permitted_;
  absl::Status status_ = absl::UnknownError("not finished");
};

// The service. The feed has no thread: tests run its rounds.
class World {
 public:
  explicit World(FeedOptions options = {});

  pg::Database& database() { return pg_.database(); }
  testing::TestDatabase& pg() { return pg_; }
  FakeClock& clock() { return clock_; }
  Feed& feed() { return feed_; }
  const Deps& deps() const { return deps_; }

  // Takes a warning in as the consumer does, in a transaction of its own.
  absl::Status Take(const monitor::v1::Warning& warning);
  absl::Status Take(const events::Record& record);
  // Closes a day as an officer does.
  absl::StatusOr<v1::CloseDayResponse> Close(const std::string& date);
  // Runs a command as a person of /33/.
  absl::StatusOr<v1::Alert> Command(const std::string& alert_id, v1::AlertCommand command,
                                    const std::string& note = "because");
  v1::Alert Get(const std::string& alert_id);

  // Rows of the outbox with a type, and of any table, count.
  int64_t Events(const std::string& type);
  int64_t Count(const pg::Query& query, const std::string& parameter = "");

 private:
  testing::TestDatabase pg_;
  FakeClock clock_;
  Feed feed_;
  Deps deps_;
};

}  // namespace fiscus::alerting
