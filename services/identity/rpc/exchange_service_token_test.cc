#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("A service gets what its policy grants, everywhere, and nothing else",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const auto exchange = [&](const std::string& service, const std::string& secret) {
    v1::ExchangeServiceTokenRequest request;
    request.set_service(service);
    request.set_secret(secret);
    return ExchangeServiceToken(world.deps, world.CallWith(""), request);
  };
  const auto token = exchange("payments", kPaymentsSecret);
  REQUIRE(token.ok());
  CHECK(token->refresh_token().empty());
  const Call call = world.CallWith(token->access_token());
  CHECK(call.caller.service == "payments");
  CHECK(call.caller.tenant == "*");
  CHECK(call.caller.Holds("budget.reserve", "/any/unit/"));
  CHECK_FALSE(call.caller.HoldsSomewhere("payments.order"));
  CHECK_FALSE(call.caller.HoldsSomewhere("identity.users.manage"));

  CHECK(ReasonOf(exchange("payments", "payments-secret-0002").status()) == "INVALID_CREDENTIALS");
  CHECK(ReasonOf(exchange("payments", "").status()) == "INVALID_CREDENTIALS");
  CHECK(ReasonOf(exchange("budget", kPaymentsSecret).status()) == "INVALID_CREDENTIALS");
  // A secret without a policy opens nothing.
  CHECK(ReasonOf(exchange("unheard-of", "unheard-of-secret").status()) == "INVALID_CREDENTIALS");
}

}  // namespace
}  // namespace fiscus::identity
