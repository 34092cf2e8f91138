// fiscus-budget: configuration → database → ledger engine, expiries and relay → server. Composition
// only.
#include "fiscus/budget/v1/budget_service.service.h"
#include "libs/events/outbox.h"
#include "libs/events/relay.h"
#include "libs/events/republish.h"
#include "libs/pg/service.h"
#include "libs/pg/timer.h"
#include "libs/rpc/host.h"
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

absl::Status Check(const Config& config) {
  if (config.kafka().brokers().empty()) {
    return absl::InvalidArgumentError("kafka.brokers is missing");
  }
  const Ledger& ledger = config.ledger();
  RETURN_IF_ERROR(CheckRange("ledger.group_commands_max", ledger.group_commands_max(), 1, 1'000));
  RETURN_IF_ERROR(
      CheckRange("ledger.waiting_commands_max", ledger.waiting_commands_max(), 1'000, 1'000'000));
  return CheckRange("ledger.expiry_poll_ms", ledger.expiry_poll_ms(), 10, 60'000);
}

int Migrate() {
  return pg::MigrateOrExit(kService, {events::Migrations(), {kService, kMigrations}});
}

int Republish(const Config& config, const std::string& from) {
  return events::RepublishOrExit(kService, config.postgres(), from);
}

int Serve(const Config& config) {
  const pg::DatabaseOptions options = pg::OptionsOrExit(
      kService, config.postgres(), config.server().worker_threads() + kBackgroundConnections);
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
  return RunService<Config>(kService, argc, argv, Check, Migrate, Serve, Republish);
}

}  // namespace
}  // namespace fiscus::budget

int main(int argc, char** argv) { return fiscus::budget::Main(argc, argv); }
