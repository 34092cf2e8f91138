// fiscus-alerting: configuration → database → feed, relay, consumer and clock → server. Composition
// only.
#include <optional>
#include <string>

#include "fiscus/alerting/v1/alerting_service.service.h"
#include "libs/core/status.h"
#include "libs/events/consumer.h"
#include "libs/events/outbox.h"
#include "libs/events/relay.h"
#include "libs/events/republish.h"
#include "libs/events/tenant_watch.h"
#include "libs/pg/service.h"
#include "libs/rpc/host.h"
#include "libs/runtime/process.h"
#include "services/alerting/clock/day_closer.h"
#include "services/alerting/config.pb.h"
#include "services/alerting/consumers/warning_changed.h"
#include "services/alerting/deps.h"
#include "services/alerting/rpc/resolve.h"
#include "services/alerting/store/clock_store.h"
#include "services/alerting/store/migrations.h"

namespace fiscus::alerting {
namespace {

constexpr char kService[] = "alerting";
// Connections beside the workers': the consumer's partitions, the feed, the relay, the clock.
constexpr int kBackgroundConnections = 8;
constexpr absl::Duration kTenantTimeLimit = absl::Seconds(10);

absl::StatusOr<absl::TimeZone> ZoneOf(const Config& config) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(config.time_zone(), &zone)) return zone;
  return absl::InvalidArgumentError("time_zone is not an IANA zone: " + config.time_zone());
}

// nullopt: nothing closes days but CloseDay.
absl::StatusOr<std::optional<absl::Duration>> CloseAfterOf(const BusinessDay& config) {
  if (config.close_after().empty()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%H:%M", config.close_after(), &time, &error))
    return absl::InvalidArgumentError("business_day.close_after is not HH:MM: " + error);
  return time - absl::UnixEpoch();
}

absl::Status Check(const Config& config) {
  if (!config.has_kafka() || config.kafka().brokers().empty())
    return absl::InvalidArgumentError("kafka.brokers is missing");
  if (config.streams().poll_ms() < 10 || config.streams().poll_ms() > 1000) {
    return absl::InvalidArgumentError("streams.poll_ms must lie in 10..1000");
  }
  if (config.streams().stall_max_ms() < 100 || config.streams().lifetime_ms() < 1000 ||
      config.streams().subscribers_max() < 1) {
    return absl::InvalidArgumentError(
        "streams: stall_max_ms ≥ 100, lifetime_ms ≥ 1000, subscribers_max ≥ 1");
  }
  RETURN_IF_ERROR(
      CheckRange("business_day.days_ahead_max", config.business_day().days_ahead_max(), -1, 366));
  RETURN_IF_ERROR(CloseAfterOf(config.business_day()).status());
  for (const Override& decision : config.override()) {
    if (!decision.has_partition() || !decision.has_offset() || decision.reason().empty() ||
        decision.action() == Override::ACTION_UNSPECIFIED) {
      return absl::InvalidArgumentError(
          "override: partition, offset, action and reason are needed");
    }
  }
  return ZoneOf(config).status();
}

events::Override OverrideOf(const Override& decision) {
  events::Decision what = events::Decision::kSkip;
  if (decision.action() == Override::ACCEPT_GAP) what = events::Decision::kAcceptGap;
  if (decision.action() == Override::BEGIN) what = events::Decision::kBegin;
  return {.partition = decision.partition(),
          .offset = decision.offset(),
          .decision = what,
          .reason = decision.reason()};
}

FeedOptions OptionsOf(const Streams& streams) {
  FeedOptions options;
  options.poll = absl::Milliseconds(streams.poll_ms());
  options.stall_max = absl::Milliseconds(streams.stall_max_ms());
  options.lifetime = absl::Milliseconds(streams.lifetime_ms());
  options.subscribers_max = streams.subscribers_max();
  return options;
}

int Migrate() {
  return pg::MigrateOrExit(kService, {events::Migrations(), {kService, kMigrations}});
}

int Republish(const Config& config, const std::string& from) {
  return events::RepublishOrExit(kService, config.postgres(), from);
}

int Serve(const Config& config) {
  const absl::TimeZone zone = OrExit(kService, ZoneOf(config));
  const pg::DatabaseOptions options = pg::OptionsOrExit(
      kService, config.postgres(), config.server().worker_threads() + kBackgroundConnections);
  pg::Database database(options);
  Feed feed(database, SystemClock(), OptionsOf(config.streams()));
  Deps deps{.database = database, .clock = SystemClock(), .feed = feed, .zone = zone};
  const BusinessDay& clock = config.business_day();
  if (clock.days_ahead_max() >= 0) deps.days_ahead_max = clock.days_ahead_max();

  rpc::Host host(kService, config.server(), config.auth());
  AlertingServiceGrpc grpc(host.MakeContext(UnitsOfAlerts(deps)), deps);
  host.Add(grpc, "fiscus.alerting.v1.AlertingService");
  host.AddHealthProbe([&database] { return database.Healthy(); });

  events::Relay relay(options, config.kafka(), "fiscus/alerting");
  events::Consumer warnings(database, config.kafka(), "fiscus-alerting",
                            config.kafka().warnings_topic());
  warnings.Handle("fiscus.monitor.v1.WarningChanged",
                  [&deps](pg::Tx& tx, const events::Record& record) {
                    return OnWarningChanged(deps, tx, record);
                  });

  DayCloser closer(deps, OrExit(kService, CloseAfterOf(clock)));
  events::TenantWatch tenants(config.kafka(), "fiscus-alerting-tenants",
                              config.kafka().facts_topic(), [&database](const std::string& tenant) {
                                const absl::Time now = SystemClock().Now();
                                return database.Write(
                                    tenant, now + kTenantTimeLimit,
                                    [now](pg::Tx& tx) { return KnowTenant(tx, now); });
                              });
  for (const Override& decision : config.override()) warnings.Decide(OverrideOf(decision));

  feed.Start();
  relay.Start();
  warnings.Start();
  tenants.Start();
  closer.Start();
  if (const absl::Status started = host.Start(); !started.ok()) ExitConfig(kService, started);
  WaitForSignal();
  closer.Stop();
  tenants.Stop();
  warnings.Stop();
  feed.Stop();  // open streams would hold the drain up
  host.Stop();
  relay.Stop();
  return 0;
}

int Main(int argc, char** argv) {
  return RunService<Config>(kService, argc, argv, Check, Migrate, Serve, Republish);
}

}  // namespace
}  // namespace fiscus::alerting

int main(int argc, char** argv) { return fiscus::alerting::Main(argc, argv); }
