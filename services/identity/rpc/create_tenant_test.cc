#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

v1::CreateTenantRequest Valid() {
  v1::CreateTenantRequest request;
  request.set_operator_secret(kOperatorSecret);
  request.set_tenant("t1");
  request.set_display_name("浙江省");
  request.set_root_unit_code("330000");
  request.set_root_unit_name("浙江省财政厅");
  request.set_admin_username("admin");
  request.set_admin_password(kGoodPassword);
  return request;
}

TEST_CASE("The operator makes a tenant with its root and its first administrator, once",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = world.CallWith("");
  const auto made = CreateTenant(world.deps, call, Valid());
  REQUIRE(made.ok());
  CHECK(made->root_unit().path() == "/330000/");
  CHECK(made->root_unit().kind() == v1::UNIT_KIND_REGION);
  CHECK(made->admin().grants(0).role() == "tenant_admin");
  CHECK(made->admin().grants(0).unit_path() == "/330000/");
  CHECK(CreateTenant(world.deps, call, Valid())->SerializeAsString() == made->SerializeAsString());
  CHECK(ReasonOf(CreateTenant(world.deps, world.CallWith(""), Valid()).status()) ==
        "TENANT_EXISTS");
  CHECK(world.AuditActors("t1", "tenants/t1") == std::vector<std::string>{"operator"});
  world.MustLogin("t1", "admin");
}

TEST_CASE("Without the operator's secret nothing is looked at", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::CreateTenantRequest request;
  CHECK(ReasonOf(CreateTenant(world.deps, world.CallWith(""), request).status()) ==
        "INVALID_CREDENTIALS");
  request = Valid();
  request.set_operator_secret("operator-secret-0002");
  CHECK(ReasonOf(CreateTenant(world.deps, world.CallWith(""), request).status()) ==
        "INVALID_CREDENTIALS");
}

TEST_CASE("Malformed tenants are refused with every field", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::CreateTenantRequest request;
  request.set_operator_secret(kOperatorSecret);
  const auto status = CreateTenant(world.deps, world.CallWith(""), request).status();
  CHECK(ReasonOf(status) == "FIELD_INVALID");
  CHECK(ViolationsOf(status).size() == 5);
  request = Valid();
  request.set_admin_password("password");
  CHECK(ReasonOf(CreateTenant(world.deps, world.CallWith(""), request).status()) ==
        "WEAK_PASSWORD");
}

TEST_CASE("The record of the request does not hold a digest of the password", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const Call call = world.CallWith("");
  REQUIRE(CreateTenant(world.deps, call, Valid()).ok());
  static constexpr pg::Query kDigest{"test_digest",
                                     "SELECT digest FROM request_log WHERE tenant = 't1'"};
  REQUIRE(world.deps.database
              .Read("t1", call.deadline,
                    [&](pg::Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(kDigest));
                      CHECK(rows.size() == 1);
                      CHECK(rows[0].Bytes("digest") ==
                            world.deps.box.KeyedDigest(call.request_digest));
                      CHECK(rows[0].Bytes("digest") != call.request_digest);
                      return absl::OkStatus();
                    })
              .ok());
}

TEST_CASE("The first administrator changes the password that the operator chose",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(CreateTenant(world.deps, world.CallWith(""), Valid())->admin().must_change_password());
  const v1::TokenResponse tokens = world.MustLogin("t1", "admin");
  CHECK(tokens.must_change_password());
  CHECK(world.CallWith(tokens.access_token()).caller.grants.empty());
}

}  // namespace
}  // namespace fiscus::identity
