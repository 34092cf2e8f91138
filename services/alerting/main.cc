// fiscus-alerting: configuration → database → feed, relay and consumer → server. Composition only.
#include "fiscus/alerting/v1/alerting_service.service.h"
#include "libs/events/consumer.h"
#include "libs/events/outbox.h"
#include "libs/events/relay.h"
#include "libs/pg/migrate.h"
#include "libs/rpc/host.h"
#include "libs/runtime/log.h"
#include "libs/runtime/process.h"
#include "services/alerting/config.pb.h"
#include "services/alerting/consumers/warning_changed.h"
#include "services/alerting/deps.h"
#include "services/alerting/rpc/resolve.h"
#include "services/alerting/store/migrations.h"

namespace fiscus::alerting {
namespace {

constexpr char kService[] = "alerting";
// Connections beside the workers': the consumer's partitions, the feed, the relay.
constexpr int kBackgroundConnections = 8;

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
  return absl::OkStatus();
}

int Migrate() {
  const auto dsn = RequireEnv("FISCUS_MIGRATE_DSN");
  if (!dsn.ok()) ExitConfig(kService, dsn.status());
  const pg::MigrationSet sets[] = {
      pg::BaseMigrations(), events::Migrations(), {kService, kMigrations}};
  const absl::Status migrated = pg::Migrate(*dsn, "fiscus_alerting", sets);
  if (migrated.ok()) return 0;
  log::Error("migration failed", {{"error", migrated.ToString()}});
  return 1;
}

FeedOptions OptionsOf(const Streams& streams) {
  FeedOptions options;
  options.poll = absl::Milliseconds(streams.poll_ms());
  options.stall_max = absl::Milliseconds(streams.stall_max_ms());
  options.lifetime = absl::Milliseconds(streams.lifetime_ms());
  options.subscribers_max = streams.subscribers_max();
  return options;
}

pg::DatabaseOptions OptionsOf(const Config& config) {
  auto dsn = RequireEnv(config.postgres().dsn_env());
  if (!dsn.ok()) ExitConfig(kService, dsn.status());
  const int pool = config.postgres().pool_size();
  return {.dsn = *std::move(dsn),
          .pool_size = pool > 0 ? pool : config.server().worker_threads() + kBackgroundConnections,
          .statement_timeout = absl::Milliseconds(config.postgres().statement_timeout_ms()),
          .service = kService};
}

int Serve(const Config& config, absl::TimeZone zone) {
  const pg::DatabaseOptions options = OptionsOf(config);
  pg::Database database(options);
  Feed feed(database, SystemClock(), OptionsOf(config.streams()));
  const Deps deps{.database = database, .clock = SystemClock(), .feed = feed, .zone = zone};

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

  feed.Start();
  relay.Start();
  warnings.Start();
  if (const absl::Status started = host.Start(); !started.ok()) ExitConfig(kService, started);
  WaitForSignal();
  warnings.Stop();
  feed.Stop();  // open streams would hold the drain up
  host.Stop();
  relay.Stop();
  return 0;
}

int Main(int argc, char** argv) {
  BlockSignals();
  const Flags flags = ParseFlagsOrExit(kService, argc, argv);
  Config config;
  absl::Status status = LoadConfig(flags.config_path, &config);
  if (status.ok()) status = Check(config);
  if (!status.ok()) ExitConfig(kService, status);
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(config.time_zone(), &zone)) {
    ExitConfig(kService,
               absl::InvalidArgumentError("time_zone is not an IANA zone: " + config.time_zone()));
  }
  if (flags.check_config) return 0;
  return flags.migrate ? Migrate() : Serve(config, zone);
}

}  // namespace
}  // namespace fiscus::alerting

int main(int argc, char** argv) { return fiscus::alerting::Main(argc, argv); }
