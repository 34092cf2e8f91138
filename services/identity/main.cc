// fiscus-identity: configuration → database → keys and secrets → server. Composition only.
#include "fiscus/identity/v1/identity_service.service.h"
#include "libs/cache/connect.h"
#include "libs/core/status.h"
#include "libs/pg/service.h"
#include "libs/pg/timer.h"
#include "libs/rpc/host.h"
#include "libs/runtime/process.h"
#include "services/identity/config.pb.h"
#include "services/identity/deps.h"
#include "services/identity/issue/janitor.h"
#include "services/identity/issue/refresher.h"
#include "services/identity/rpc/resolve.h"
#include "services/identity/store/migrations.h"

namespace fiscus::identity {
namespace {

constexpr char kService[] = "identity";
// Connections beside the workers': refresher, timers, health.
constexpr int kBackgroundConnections = 5;
// One password tried on many accounts; see config.proto.
constexpr ThrottlePolicy kTenantThrottle = {.failures_max = 1'000,
                                            .window = absl::Seconds(300),
                                            .lock = absl::Seconds(30),
                                            .lock_max = absl::Seconds(60)};

absl::Status Require(bool ok, std::string_view what) {
  return ok ? absl::OkStatus() : absl::InvalidArgumentError(std::string(what));
}

absl::Status CheckThrottle(const config::Throttle& throttle, std::string_view name) {
  const bool ok = throttle.failures_max() > 0 && throttle.window_s() > 0 && throttle.lock_s() > 0 &&
                  throttle.lock_max_s() >= throttle.lock_s();
  return Require(ok, std::string(name) +
                         ": failures_max, window_s and lock_s must be > 0, lock_max_s ≥ lock_s");
}

absl::Status Check(const config::Config& config) {
  const int ttl_s = config.access_token_ttl_s();
  const int grace_s = config.refresh_retry_grace_s();
  RETURN_IF_ERROR(Require(ttl_s >= 1 && ttl_s <= 300, "access_token_ttl_s must lie in 1..300"));
  RETURN_IF_ERROR(
      Require(config.skew_s() >= 0 && config.skew_s() <= 60, "skew_s must lie in 0..60"));
  RETURN_IF_ERROR(Require(config.jwks_cache_ttl_ms() > 0 && config.key_max_age_s() > 0,
                          "jwks_cache_ttl_ms and key_max_age_s must be > 0"));
  RETURN_IF_ERROR(Require(config.reload_ms() > 0 && config.reload_ms() < config.jwks_cache_ttl_ms(),
                          "reload_ms must be > 0 and less than jwks_cache_ttl_ms"));
  RETURN_IF_ERROR(Require(
      absl::Seconds(config.key_max_age_s()) > absl::Milliseconds(2 * config.jwks_cache_ttl_ms()),
      "key_max_age_s must exceed twice jwks_cache_ttl_ms"));
  RETURN_IF_ERROR(
      Require(config.session_idle_s() > 0 && config.session_lifetime_s() >= config.session_idle_s(),
              "session_idle_s must be > 0, session_lifetime_s at least as long"));
  RETURN_IF_ERROR(
      Require(grace_s >= 0 && grace_s <= 60, "refresh_retry_grace_s must lie in 0..60"));
  RETURN_IF_ERROR(Require(
      config.hash_memory_kib() >= 64 && config.hash_iterations() > 0 && config.hashes_max() > 0,
      "hash_memory_kib must be ≥ 64, hash_iterations and hashes_max > 0"));
  RETURN_IF_ERROR(CheckThrottle(config.account_throttle(), "account_throttle"));
  return config.has_tenant_throttle() ? CheckThrottle(config.tenant_throttle(), "tenant_throttle")
                                      : absl::OkStatus();
}

ThrottlePolicy PolicyOf(const config::Throttle& throttle) {
  return {.failures_max = throttle.failures_max(),
          .window = absl::Seconds(throttle.window_s()),
          .lock = absl::Seconds(throttle.lock_s()),
          .lock_max = absl::Seconds(throttle.lock_max_s())};
}

Settings SettingsOf(const config::Config& config) {
  return {.session = {.idle = absl::Seconds(config.session_idle_s()),
                      .lifetime = absl::Seconds(config.session_lifetime_s()),
                      .retry_grace = absl::Seconds(config.refresh_retry_grace_s())},
          .account_throttle = PolicyOf(config.account_throttle()),
          .tenant_throttle =
              config.has_tenant_throttle() ? PolicyOf(config.tenant_throttle()) : kTenantThrottle};
}

KeyPolicy KeyPolicyOf(const config::Config& config) {
  return {.cache_ttl = absl::Milliseconds(config.jwks_cache_ttl_ms()),
          .token_ttl = absl::Seconds(config.access_token_ttl_s()),
          .skew = absl::Seconds(config.skew_s()),
          .max_age = absl::Seconds(config.key_max_age_s())};
}

absl::StatusOr<SecretBook> LoadSecrets(const config::Config& config) {
  SecretBook secrets;
  ASSIGN_OR_RETURN(const std::string operator_secret, RequireEnv(config.operator_secret_env()));
  RETURN_IF_ERROR(secrets.SetOperator(operator_secret));
  for (const config::ServiceSecret& entry : config.service_secret()) {
    ASSIGN_OR_RETURN(const std::string secret, RequireEnv(entry.secret_env()));
    RETURN_IF_ERROR(secrets.AddService(entry.service(), secret));
  }
  if (!config.service_secrets_file().empty())
    RETURN_IF_ERROR(secrets.AddFile(config.service_secrets_file()));
  return secrets;
}

int Migrate() { return pg::MigrateOrExit(kService, {{kService, kMigrations}}); }

int Serve(const config::Config& config) {
  const SecretBook secrets = OrExit(kService, LoadSecrets(config));
  const SealedBox box =
      OrExit(kService,
             SealedBox::FromMasterSecret(OrExit(kService, RequireEnv(config.master_secret_env()))));
  const Policies policies = OrExit(kService, LoadPolicies());
  pg::Database database(pg::OptionsOrExit(
      kService, config.postgres(), config.server().worker_threads() + kBackgroundConnections));
  cache::Redis redis(cache::OptionsOf(config.redis()));
  cache::LockBoard locks(redis, "identity.login");
  PasswordHasher hasher({.memory_kib = static_cast<uint32_t>(config.hash_memory_kib()),
                         .iterations = static_cast<uint32_t>(config.hash_iterations())},
                        config.hashes_max());
  KeyRing keys(database, SystemClock(), box, KeyPolicyOf(config));
  const TokenIssuer issuer(keys, {.issuer = config.issuer(),
                                  .audience = config.audience(),
                                  .lifetime = absl::Seconds(config.access_token_ttl_s())});
  auto own_verifier =
      std::make_unique<OwnVerifier>(keys, database, SystemClock(), issuer.options());
  Refresher refresher(keys, *own_verifier, absl::Milliseconds(config.reload_ms()));
  const Deps deps = {.database = database,
                     .hasher = hasher,
                     .keys = keys,
                     .issuer = issuer,
                     .box = box,
                     .locks = locks,
                     .policies = policies,
                     .secrets = secrets,
                     .settings = SettingsOf(config),
                     .keys_or_revocations_changed = [&refresher] { refresher.Wake(); }};

  rpc::Host host(kService, config.server(), std::move(own_verifier));
  IdentityServiceGrpc grpc(host.MakeContext(UnitsOfUsers(deps)), deps);
  host.Add(grpc, "fiscus.identity.v1.IdentityService");
  host.AddHealthProbe([&refresher] { return refresher.Healthy(); });
  pg::TimerRunner timers(database, SystemClock(), {.poll = absl::Seconds(5), .threads = 1});
  timers.Handle(kJanitorTimer, [&database](const pg::Timer& timer) {
    return CleanUp(database, timer, SystemClock().Now());
  });

  refresher.Start();
  timers.Start();
  const int exit_code = host.ServeUntilSignal();
  timers.Stop();
  refresher.Stop();
  return exit_code;
}

int Main(int argc, char** argv) {
  return RunService<config::Config>(kService, argc, argv, Check, Migrate, Serve);
}

}  // namespace
}  // namespace fiscus::identity

int main(int argc, char** argv) { return fiscus::identity::Main(argc, argv); }
