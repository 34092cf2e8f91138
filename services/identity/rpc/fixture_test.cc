#include "services/identity/rpc/fixture.h"

#include "libs/core/text.h"
#include "services/identity/store/migrations.h"

namespace fiscus::identity {
namespace {

constexpr char kMaster[] = "0123456789abcdef0123456789abcdef";
constexpr HashCost kCheap = {.memory_kib = 64, .iterations = 1, .lanes = 1};
constexpr KeyPolicy kKeys = {.cache_ttl = absl::Seconds(60),
                             .token_ttl = absl::Seconds(300),
                             .skew = absl::Seconds(5),
                             .max_age = absl::Hours(24 * 30)};
constexpr Settings kSettings = {.session = {.idle = absl::Hours(2),
                                            .lifetime = absl::Hours(12),
                                            .retry_grace = absl::Seconds(10)},
                                .account_throttle = {.failures_max = 3,
                                                     .window = absl::Minutes(15),
                                                     .lock = absl::Seconds(30),
                                                     .lock_max = absl::Minutes(15)},
                                .tenant_throttle = {.failures_max = 8,
                                                    .window = absl::Minutes(5),
                                                    .lock = absl::Seconds(20),
                                                    .lock_max = absl::Minutes(1)}};

SecretBook Secrets() {
  SecretBook secrets;
  REQUIRE(secrets.SetOperator(kOperatorSecret).ok());
  REQUIRE(secrets.AddService("payments", kPaymentsSecret).ok());
  REQUIRE(secrets.AddService("unheard-of", "unheard-of-secret").ok());
  return secrets;
}

}  // namespace

World::World(const std::string& redis_address, const std::string& redis_password)
    : database("identity", kMigrations),
      clock(SystemClock().Now()),
      box_(SealedBox::FromMasterSecret(kMaster).value()),
      hasher_(kCheap, 4),
      keys_(database.database(), clock, box_, kKeys),
      issuer_(keys_, {.issuer = "fiscus", .audience = "fiscus", .lifetime = kKeys.token_ttl}),
      redis_({.address = redis_address, .password = redis_password}),
      locks_(redis_, "test." + NewUuid()),
      policies_(LoadPolicies().value()),
      secrets_(Secrets()),
      verifier(keys_, database.database(), clock, issuer_.options()),
      deps{.database = database.database(),
           .hasher = hasher_,
           .keys = keys_,
           .issuer = issuer_,
           .box = box_,
           .locks = locks_,
           .policies = policies_,
           .secrets = secrets_,
           .settings = kSettings,
           .keys_or_revocations_changed = [this] {
             keys_.Refresh().IgnoreError();
             verifier.Refresh().IgnoreError();
           }} {
  REQUIRE(keys_.Refresh().ok());
  REQUIRE(verifier.Refresh().ok());
}

Call World::CallWith(const std::string& access_token, std::string_view intent) {
  // Time passes between calls; keys and revocations are read again as the refresher would.
  REQUIRE(keys_.Refresh().ok());
  REQUIRE(verifier.Refresh().ok());
  Call call = testing::TestCall();
  call.now = clock.Now();
  call.intent = std::string(intent);
  call.peer = "test";
  call.request_digest = Sha256(call.request_id);
  call.caller = {};
  if (access_token.empty()) return call;
  const auto caller = verifier.Verify(access_token, clock.Now());
  INFO(caller.status());
  REQUIRE(caller.ok());
  call.caller = *caller;
  return call;
}

absl::StatusOr<v1::TokenResponse> World::TryLogin(std::string_view tenant,
                                                  std::string_view username,
                                                  std::string_view password) {
  v1::LoginRequest request;
  request.set_tenant(std::string(tenant));
  request.set_username(std::string(username));
  request.set_password(std::string(password));
  return Login(deps, CallWith(""), request);
}

v1::TokenResponse World::MustLogin(std::string_view tenant, std::string_view username,
                                   std::string_view password) {
  const auto response = TryLogin(tenant, username, password);
  INFO(response.status());
  REQUIRE(response.ok());
  return *response;
}

absl::StatusOr<v1::TokenResponse> World::TryRefresh(std::string_view tenant,
                                                    std::string_view refresh_token) {
  v1::RefreshTokenRequest request;
  request.set_tenant(std::string(tenant));
  request.set_refresh_token(std::string(refresh_token));
  return RefreshToken(deps, CallWith(""), request);
}

std::string World::Verdict(const std::string& access_token) {
  REQUIRE(keys_.Refresh().ok());
  REQUIRE(verifier.Refresh().ok());
  return ReasonOf(verifier.Verify(access_token, clock.Now()).status());
}

std::string World::MakeTenant(const std::string& tenant) {
  v1::CreateTenantRequest request;
  request.set_operator_secret(kOperatorSecret);
  request.set_tenant(tenant);
  request.set_display_name("Tenant " + tenant);
  request.set_root_unit_code("r");
  request.set_root_unit_name("Root");
  request.set_admin_username("admin");
  request.set_admin_password(kGoodPassword);
  request.set_keep_admin_password(true);
  const auto made = CreateTenant(deps, CallWith(""), request);
  INFO(made.status());
  REQUIRE(made.ok());
  const std::string token = MustLogin(tenant, "admin").access_token();
  v1::BatchCreateUnitsRequest units;
  for (const auto& [parent, code] :
       {std::pair("/r/", "a"), std::pair("/r/a/", "x"), std::pair("/r/", "b")}) {
    v1::CreateUnitRequest& unit = *units.add_units();
    unit.set_parent_path(parent);
    unit.set_code(code);
    unit.set_name(code);
  }
  REQUIRE(BatchCreateUnits(deps, CallWith(token), units).ok());
  return token;
}

v1::User World::MakeUser(const std::string& admin_token, const std::string& username,
                         const std::string& unit_path,
                         const std::vector<std::pair<std::string, std::string>>& role_at_unit) {
  v1::CreateUserRequest request;
  request.set_username(username);
  request.set_display_name("User " + username);
  request.set_password(kGoodPassword);
  request.set_keep_password(true);
  request.set_unit_path(unit_path);
  for (const auto& [role, path] : role_at_unit) {
    v1::Grant& grant = *request.add_grants();
    grant.set_role(role);
    grant.set_unit_path(path);
  }
  const auto user = CreateUser(deps, CallWith(admin_token), request);
  INFO(user.status());
  REQUIRE(user.ok());
  return *user;
}

std::vector<std::string> World::AuditActors(const std::string& tenant, const std::string& subject) {
  static constexpr pg::Query kAudit{
      "test_audit",
      "SELECT actor FROM audit_log WHERE tenant = $1 AND subject = $2 ORDER BY audit_id"};
  std::vector<std::string> actors;
  REQUIRE(database.database()
              .Read(tenant, SystemClock().Now() + absl::Seconds(5),
                    [&](pg::Tx& tx) -> absl::Status {
                      actors.clear();
                      ASSIGN_OR_RETURN(const pg::Rows rows,
                                       tx.Run(kAudit, pg::Args().Text(tenant).Text(subject)));
                      for (const pg::Row row : rows) actors.push_back(row.Text("actor"));
                      return absl::OkStatus();
                    })
              .ok());
  return actors;
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return status.ok() ? "OK" : refusal.has_value() ? refusal->reason : "NO REASON";
}

}  // namespace fiscus::identity
