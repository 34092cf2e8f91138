#include <atomic>
#include <thread>

#include "services/identity/rpc/fixture.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<v1::SetTenantDisabledResponse> Set(World& world, const std::string& tenant,
                                                  bool disabled,
                                                  const char* secret = kOperatorSecret) {
  v1::SetTenantDisabledRequest request;
  request.set_operator_secret(secret);
  request.set_tenant(tenant);
  request.set_disabled(disabled);
  return SetTenantDisabled(world.deps, world.CallWith(""), request);
}

TEST_CASE("A disabled tenant's tokens die, nobody logs in, and others notice nothing",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const std::string other = world.MakeTenant("t2");
  world.MakeUser(admin, "li.na", "/r/a/", {{"auditor", "/r/a/"}});
  const v1::TokenResponse tokens = world.MustLogin("t1", "li.na");
  const auto disabled = Set(world, "t1", true);
  REQUIRE(disabled.ok());
  CHECK(disabled->disabled());
  REQUIRE(Set(world, "t1", true).ok());
  CHECK(world.Verdict(admin) == "TOKEN_REVOKED");
  CHECK(world.Verdict(tokens.access_token()) == "TOKEN_REVOKED");
  CHECK(ReasonOf(world.TryLogin("t1", "li.na", kGoodPassword).status()) == "TENANT_DISABLED");
  CHECK(ReasonOf(world.TryLogin("t1", "li.na", "wrong").status()) == "INVALID_CREDENTIALS");
  CHECK(ReasonOf(world.TryRefresh("t1", tokens.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(world.Verdict(other) == "OK");
  world.MustLogin("t2", "admin");
  CHECK(world.AuditActors("t1", "tenants/t1") ==
        std::vector<std::string>{"operator", "operator", "operator"});

  // Open again: sessions go on, dead tokens stay dead.
  CHECK_FALSE(Set(world, "t1", false)->disabled());
  CHECK(world.Verdict(tokens.access_token()) == "TOKEN_REVOKED");
  const auto refreshed = world.TryRefresh("t1", tokens.refresh_token());
  REQUIRE(refreshed.ok());
  CHECK(world.Verdict(refreshed->access_token()) == "OK");
  CHECK(world.Verdict(world.MustLogin("t1", "admin").access_token()) == "OK");
}

TEST_CASE("A login in flight is over before a tenant is disabled, so its token dies too",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  std::thread disabling;
  std::atomic<bool> done = false;
  REQUIRE(world.deps.database
              .Write("t1", SystemClock().Now() + absl::Seconds(10),
                     [&](pg::Tx& tx) -> absl::Status {
                       RETURN_IF_ERROR(LockTenant(tx, TenantLock::kShared));
                       disabling = std::thread([&] { done = Set(world, "t1", true).ok(); });
                       std::this_thread::sleep_for(std::chrono::milliseconds(200));
                       CHECK_FALSE(done);
                       CHECK(FindTenant(tx).value() == TenantState::kOpen);
                       return absl::OkStatus();
                     })
              .ok());
  disabling.join();
  CHECK(done);
}

TEST_CASE("Only the operator disables, and only tenants that exist", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  CHECK(ReasonOf(Set(world, "t1", true, "operator-secret-0002").status()) == "INVALID_CREDENTIALS");
  CHECK(ReasonOf(Set(world, "t9", true).status()) == "TENANT_NOT_FOUND");
  CHECK(ReasonOf(Set(world, "T 1", true).status()) == "FIELD_INVALID");
  world.MustLogin("t1", "admin");
}

}  // namespace
}  // namespace fiscus::identity
