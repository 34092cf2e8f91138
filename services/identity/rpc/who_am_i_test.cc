#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

TEST_CASE("A person sees user, tenant and grants; a service only grants", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  world.MakeUser(admin, "li.na", "/r/a/", {{"auditor", "/r/"}, {"unit_operator", "/r/a/"}});
  const auto me =
      WhoAmI(world.deps, world.CallWith(world.MustLogin("t1", "li.na").access_token()), {});
  REQUIRE(me.ok());
  CHECK(me->user().username() == "li.na");
  CHECK(me->user().grants_size() == 2);
  CHECK(me->tenant() == "t1");
  REQUIRE(me->grants_size() == 2);
  CHECK(me->grants(0).unit_path() == "/r/");
  CHECK(me->grants(1).unit_path() == "/r/a/");

  v1::ExchangeServiceTokenRequest exchange;
  exchange.set_service("payments");
  exchange.set_secret(kPaymentsSecret);
  const auto token = ExchangeServiceToken(world.deps, world.CallWith(""), exchange);
  REQUIRE(token.ok());
  const auto service = WhoAmI(world.deps, world.CallWith(token->access_token()), {});
  REQUIRE(service.ok());
  CHECK_FALSE(service->has_user());
  CHECK(service->grants(0).unit_path() == "/");
}

}  // namespace
}  // namespace fiscus::identity
