// fiscus-projects: configuration → database → ledger client, timers and relay → server. Composition
// only.
#include "fiscus/projects/v1/projects_service.service.h"
#include "libs/events/outbox.h"
#include "libs/events/relay.h"
#include "libs/events/republish.h"
#include "libs/pg/service.h"
#include "libs/pg/timer.h"
#include "libs/rpc/client.h"
#include "libs/rpc/host.h"
#include "libs/runtime/process.h"
#include "services/projects/clients/budget_ledger.h"
#include "services/projects/config.pb.h"
#include "services/projects/deps.h"
#include "services/projects/rpc/resolve.h"
#include "services/projects/saga/contract_saga.h"
#include "services/projects/store/migrations.h"

namespace fiscus::projects {
namespace {

constexpr char kService[] = "projects";
// Connections beside the workers': two timer threads, the health probe.
constexpr int kBackgroundConnections = 3;

absl::Status Check(const Config& config) {
  if (config.budget().empty()) return absl::InvalidArgumentError("budget is missing (host:port)");
  if (config.auth().identity().empty())
    return absl::InvalidArgumentError("auth.identity is missing");
  if (config.kafka().brokers().empty())
    return absl::InvalidArgumentError("kafka.brokers is missing");
  return absl::OkStatus();
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
  rpc::ServiceTokens tokens(config.auth(), kService,
                            OrExit(kService, RequireEnv(config.auth().service_secret_env())));
  const BudgetLedger ledger(config.budget(), tokens);
  const Deps deps{.database = database, .clock = SystemClock(), .ledger = ledger};

  rpc::Host host(kService, config.server(), config.auth());
  ProjectsServiceGrpc grpc(host.MakeContext(UnitsOf(deps)), deps);
  host.Add(grpc, "fiscus.projects.v1.ProjectsService");
  host.AddHealthProbe([&database] { return database.Healthy(); });

  pg::TimerRunner timers(database, SystemClock(), {});
  timers.Handle(kStepTimer, [&deps](const pg::Timer& timer) { return ResumeStep(deps, timer); });
  events::Relay relay(options, config.kafka(), "fiscus/projects");
  relay.Start();
  timers.Start();
  const int code = host.ServeUntilSignal();
  timers.Stop();
  relay.Stop();
  return code;
}

int Main(int argc, char** argv) {
  return RunService<Config>(kService, argc, argv, Check, Migrate, Serve, Republish);
}

}  // namespace
}  // namespace fiscus::projects

int main(int argc, char** argv) { return fiscus::projects::Main(argc, argv); }
