// fiscus-payments: configuration → database → clients → timers, feed and relay → server.
// Composition only.
#include "fiscus/payments/v1/payments_service.service.h"
#include "libs/events/outbox.h"
#include "libs/events/relay.h"
#include "libs/events/republish.h"
#include "libs/pg/service.h"
#include "libs/rpc/client.h"
#include "libs/rpc/host.h"
#include "libs/runtime/process.h"
#include "services/payments/clients/clients.h"
#include "services/payments/config.pb.h"
#include "services/payments/deps.h"
#include "services/payments/rpc/resolve.h"
#include "services/payments/saga/bank_feed.h"
#include "services/payments/saga/driver.h"
#include "services/payments/store/migrations.h"

namespace fiscus::payments {
namespace {

constexpr char kService[] = "payments";

absl::Status Check(const Config& config) {
  constexpr int kDayMs = 86'400'000;
  constexpr int kYearS = 366 * 86'400;
  if (config.kafka().brokers().empty())
    return absl::InvalidArgumentError("kafka.brokers is missing");
  if (config.budget_address().empty() || config.projects_address().empty() ||
      config.bank_address().empty()) {
    return absl::InvalidArgumentError(
        "budget_address, projects_address and bank_address are needed");
  }
  RETURN_IF_ERROR(CheckRange("reservation_ttl_s", config.reservation_ttl_s(), 1, kYearS));
  RETURN_IF_ERROR(CheckRange("resume_after_ms", config.resume_after_ms(), 1, kDayMs));
  RETURN_IF_ERROR(CheckRange("expiry_grace_ms", config.expiry_grace_ms(), 1, kDayMs));
  RETURN_IF_ERROR(CheckRange("bank_answer_max_ms", config.bank_answer_max_ms(), 1, kDayMs));
  RETURN_IF_ERROR(CheckRange("bank_query_ms", config.bank_query_ms(), 1, kDayMs));
  RETURN_IF_ERROR(CheckRange("bank_clearing_max_ms", config.bank_clearing_max_ms(), 1, kDayMs));
  RETURN_IF_ERROR(CheckRange("bank_call_ms", config.bank_call_ms(), 1, 10'000));
  RETURN_IF_ERROR(CheckRange("bank_wait_ms", config.bank_wait_ms(), 0, 20'000));
  return CheckRange("timer_threads", config.timer_threads(), 1, 64);
}

Pace PaceOf(const Config& config) {
  return {.resume_after = absl::Milliseconds(config.resume_after_ms()),
          .expiry_grace = absl::Milliseconds(config.expiry_grace_ms()),
          .answer_max = absl::Milliseconds(config.bank_answer_max_ms()),
          .query_every = absl::Milliseconds(config.bank_query_ms()),
          .clearing_max = absl::Milliseconds(config.bank_clearing_max_ms())};
}

int Migrate() {
  return pg::MigrateOrExit(kService, {events::Migrations(), {kService, kMigrations}});
}

int Republish(const Config& config, const std::string& from) {
  return events::RepublishOrExit(kService, config.postgres(), from);
}

int Serve(const Config& config) {
  // Beside the workers': both timer runners with a heartbeat each, the feed, the health probe.
  const int background = 2 * config.timer_threads() + 4;
  const pg::DatabaseOptions options =
      pg::OptionsOrExit(kService, config.postgres(), config.server().worker_threads() + background);
  pg::Database database(options);
  rpc::ServiceTokens tokens(config.auth(), kService,
                            OrExit(kService, RequireEnv(config.auth().service_secret_env())));
  const auto budget = MakeBudgetClient(config.budget_address(), &tokens);
  const auto projects = MakeProjectsClient(config.projects_address(), &tokens);
  const auto bank = MakeBankClient(config.bank_address());

  const pg::TimerOptions timer_options{.threads = config.timer_threads()};
  pg::TimerRunner ledger_timers(database, SystemClock(), timer_options);
  pg::TimerRunner bank_timers(database, SystemClock(), timer_options);
  const Deps deps{.database = database,
                  .clock = SystemClock(),
                  .budget = *budget,
                  .projects = *projects,
                  .bank = *bank,
                  .pace = PaceOf(config),
                  .reservation_ttl = absl::Seconds(config.reservation_ttl_s()),
                  .bank_call_max = absl::Milliseconds(config.bank_call_ms()),
                  .wake_timers = [&ledger_timers, &bank_timers] {
                    ledger_timers.Wake();
                    bank_timers.Wake();
                  }};
  HandleTimers(deps, ledger_timers, bank_timers);
  BankFeed feed(deps, absl::Milliseconds(config.bank_wait_ms()));

  rpc::Host host(kService, config.server(), config.auth());
  PaymentsServiceGrpc grpc(host.MakeContext(UnitsOfPayments(deps)), deps);
  host.Add(grpc, "fiscus.payments.v1.PaymentsService");
  host.AddHealthProbe([&database] { return database.Healthy(); });

  events::Relay relay(options, config.kafka(), "fiscus/payments");
  relay.Start();
  ledger_timers.Start();
  bank_timers.Start();
  feed.Start();
  if (const absl::Status started = host.Start(); !started.ok()) ExitConfig(kService, started);
  WaitForSignal();
  host.Stop();
  feed.Stop();
  bank_timers.Stop();
  ledger_timers.Stop();
  relay.Stop();
  return 0;
}

int Main(int argc, char** argv) {
  return RunService<Config>(kService, argc, argv, Check, Migrate, Serve, Republish);
}

}  // namespace
}  // namespace fiscus::payments

int main(int argc, char** argv) { return fiscus::payments::Main(argc, argv); }
