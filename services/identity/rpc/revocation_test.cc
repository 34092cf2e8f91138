// reliability: revocations lost. Another service's verifier, over the network, with Redis absent or
// dead: what was revoked is refused within the limit (60 s; here the poll is short), and a verifier
// that cannot ask any more refuses everything.
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "fiscus/identity/v1/identity_service.service.h"
#include "libs/rpc/auth.h"
#include "libs/rpc/host.h"
#include "services/identity/rpc/fixture.h"
#include "services/identity/rpc/resolve.h"

namespace fiscus::identity {
namespace {

constexpr int kPollMs = 100;
constexpr int kStaleMs = 1'500;
// Far below the promise, far above the poll.
constexpr auto kPatience = std::chrono::seconds(20);

// Identity as a server, and a verifier as every other service has.
class Network {
 public:
  explicit Network(World& world) : world_(world) {
    host_ = std::make_unique<rpc::Host>(
        "identity", config::v1::Server(),
        std::make_unique<OwnVerifier>(world.deps.keys, world.deps.database, world.clock,
                                      world.deps.issuer.options()));
    service_ = std::make_unique<IdentityServiceGrpc>(
        host_->MakeContext(UnitsOfUsers(world.deps), world.clock), world.deps);
    host_->Add(*service_, "fiscus.identity.v1.IdentityService");
    REQUIRE(host_->Start().ok());
    config::v1::Auth auth;
    auth.set_identity("127.0.0.1:" + std::to_string(host_->port()));
    auth.set_refresh_ms(kPollMs);
    auth.set_stale_max_ms(kStaleMs);
    verifier_ = std::make_unique<rpc::RemoteVerifier>(auth);
    verifier_->Start();
  }

  std::string Verdict(const std::string& token) {
    return ReasonOf(verifier_->Verify(token, world_.clock.Now()).status());
  }
  // Until the verifier says so, or patience ends.
  bool Eventually(const std::string& token, const std::string& verdict) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (Verdict(token) != verdict) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }
  void StopIdentity() { host_->Stop(); }

 private:
  World& world_;
  std::unique_ptr<rpc::Host> host_;
  std::unique_ptr<IdentityServiceGrpc> service_;
  std::unique_ptr<rpc::RemoteVerifier> verifier_;
};

TEST_CASE("Whatever ends a session is refused by other services soon, with or without Redis",
          "[identity][rpc][slow]") {
  FISCUS_NEEDS_PG();
  const std::string redis = GENERATE(std::string(), std::string("127.0.0.1:1"));
  World world(redis);
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {{"auditor", "/r/"}});
  Network network(world);
  CHECK(network.Verdict(admin) == "OK");

  const auto end_by = [&](const std::function<bool(const std::string&)>& deed) {
    const std::string token = world.MustLogin("t1", "li.na").access_token();
    CHECK(network.Verdict(token) == "OK");
    REQUIRE(deed(token));
    CHECK(network.Eventually(token, "TOKEN_REVOKED"));
    world.clock.Advance(absl::Milliseconds(5));
  };
  end_by(
      [&](const std::string& token) { return Logout(world.deps, world.CallWith(token), {}).ok(); });
  end_by([&](const std::string&) {
    v1::SetUserGrantsRequest request;
    request.set_user_id(user.user_id());
    return SetUserGrants(world.deps, world.CallWith(admin), request).ok();
  });
  end_by([&](const std::string&) {
    v1::RevokeSessionsRequest request;
    request.set_user_id(user.user_id());
    return RevokeSessions(world.deps, world.CallWith(admin), request).ok();
  });
  end_by([&](const std::string&) {
    v1::SetUserDisabledRequest request;
    request.set_user_id(user.user_id());
    request.set_disabled(true);
    return SetUserDisabled(world.deps, world.CallWith(admin), request).ok();
  });
  CHECK(network.Verdict(admin) == "OK");
  world.clock.Advance(absl::Minutes(10));  // remembered by the verifier, and expired all the same
  CHECK(network.Verdict(admin) == "TOKEN_EXPIRED");
}

TEST_CASE("A verifier that cannot ask identity any more lets nobody in", "[identity][rpc][slow]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  Network network(world);
  CHECK(network.Verdict(admin) == "OK");
  network.StopIdentity();
  CHECK(network.Eventually(admin, "NO REASON"));  // UNAVAILABLE: our fault, not the token's
}

}  // namespace
}  // namespace fiscus::identity
