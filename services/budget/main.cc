// fiscus-budget: configuration → database → ledger engine, expiries and relay → server. Composition
// only.
#include "fiscus/budget/v1/budget_service.service.h"
#include "libs/events/outbox.h"
#include "libs/events/relay.h"
#include "libs/pg/migrate.h"
#include "libs/pg/timer.h"
#include "libs/rpc/host.h"
#include "libs/runtime/log.h"
#include "libs/runtime/process.h"
#include "services/budget/config.pb.h"
#include "services/budget/deps.h"
#include "services/budget/ledger/expiry.h"
#include "services/budget/rpc/resolve.h"
#include "services/budget/store/migrations.h"

namespace fiscus::budget {
namespace {

constexpr char kService[] = "budget";
// Connections beside the workers': the engine, two timer threads with a poll each, the health
// probe.
constexpr int kBackgroundConnections = 6;

absl::Status InRange(std::string_view name, int value, int least, int most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string(name) + " must lie in " + std::to_string(least) +
                                    ".." + std::to_string(most));
}

absl::Status Check(const Config& config) {
  if (config.kafka().brokers().empty()) {
    return absl::InvalidArgumentError("kafka.brokers is missing");
  }
  const Ledger& ledger = config.ledger();
  RETURN_IF_ERROR(InRange("ledger.group_commands_max", ledger.group_commands_max(), 1, 1'000));
  RETURN_IF_ERROR(
      InRange("ledger.waiting_commands_max", ledger.waiting_commands_max(), 1'000, 1'000'000));
  return InRange("ledger.expiry_poll_ms", ledger.expiry_poll_ms(), 10, 60'000);
}

int Migrate() {
  const auto dsn = RequireEnv("FISCUS_MIGRATE_DSN");
  if (!dsn.ok()) ExitConfig(kService, dsn.status());
  const pg::MigrationSet sets[] = {
      pg::BaseMigrations(), events::Migrations(), {kService, kMigrations}};
  const absl::Status migrated = pg::Migrate(*dsn, "fiscus_budget", sets);
  if (migrated.ok()) return 0;
  log::Error("migration failed", {{"error", migrated.ToString()}});
  return 1;
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

int Serve(const Config& config) {
  const pg::DatabaseOptions options = OptionsOf(config);
  pg::Database database(options);
  LedgerEngine engine(database, SystemClock(),
                      {.group_commands_max = config.ledger().group_commands_max(),
                       .waiting_commands_max = config.ledger().waiting_commands_max()});
  UnitCache units;
  const Deps deps{.database = database, .clock = SystemClock(), .engine = engine, .units = units};
  pg::TimerRunner timers(database, SystemClock(),
                         {.poll = absl::Milliseconds(config.ledger().expiry_poll_ms())});
  timers.Handle(kExpiryTimer, [&engine](const pg::Timer& timer) {
    return ExpireReservation(engine, SystemClock(), timer);
  });

  rpc::Host host(kService, config.server(), config.auth());
  BudgetServiceGrpc grpc(host.MakeContext(UnitsOfLedger(deps)), deps);
  host.Add(grpc, "fiscus.budget.v1.BudgetService");
  host.AddHealthProbe([&database] { return database.Healthy(); });
  events::Relay relay(options, config.kafka(), "fiscus/budget");

  engine.Start();
  timers.Start();
  relay.Start();
  if (const absl::Status started = host.Start(); !started.ok()) ExitConfig(kService, started);
  WaitForSignal();
  host.Stop();
  timers.Stop();
  engine.Stop();
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
  if (flags.check_config) return 0;
  return flags.migrate ? Migrate() : Serve(config);
}

}  // namespace
}  // namespace fiscus::budget

int main(int argc, char** argv) { return fiscus::budget::Main(argc, argv); }
