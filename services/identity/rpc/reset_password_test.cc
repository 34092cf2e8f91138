#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

constexpr char kGiven[] = "marble falcon orchard two";
constexpr char kChosen[] = "quartz heron timber nine";

absl::StatusOr<v1::User> Reset(World& world, const Call& call, const std::string& user_id,
                               const std::string& password = kGiven) {
  v1::ResetPasswordRequest request;
  request.set_user_id(user_id);
  request.set_new_password(password);
  return ResetPassword(world.deps, call, request);
}

absl::Status Change(World& world, const std::string& token, const std::string& current,
                    const std::string& next) {
  v1::ChangePasswordRequest request;
  request.set_current_password(current);
  request.set_new_password(next);
  return ChangePassword(world.deps, world.CallWith(token), request).status();
}

TEST_CASE("A password that an administrator sets opens only the way to another one",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user =
      world.MakeUser(admin, "li.na", "/r/a/", {{"unit_operator", "/r/a/"}, {"auditor", "/r/b/"}});
  const v1::TokenResponse before = world.MustLogin("t1", "li.na");
  const Call call = world.CallWith(admin);
  const auto reset = Reset(world, call, user.user_id());
  REQUIRE(reset.ok());
  CHECK(reset->must_change_password());
  CHECK(reset->grants_size() == 2);
  CHECK(Reset(world, call, user.user_id())->SerializeAsString() == reset->SerializeAsString());
  CHECK(world.AuditActors("t1", "users/" + user.user_id()).size() == 2);

  CHECK(world.Verdict(before.access_token()) == "TOKEN_REVOKED");
  CHECK(ReasonOf(world.TryRefresh("t1", before.refresh_token()).status()) ==
        "INVALID_REFRESH_TOKEN");
  CHECK(ReasonOf(world.TryLogin("t1", "li.na", kGoodPassword).status()) == "INVALID_CREDENTIALS");

  const v1::TokenResponse narrow = world.MustLogin("t1", "li.na", kGiven);
  CHECK(narrow.must_change_password());
  CHECK(world.CallWith(narrow.access_token()).caller.grants.empty());
  CHECK(
      WhoAmI(world.deps, world.CallWith(narrow.access_token()), {})->user().must_change_password());
  const auto refreshed = world.TryRefresh("t1", narrow.refresh_token());
  REQUIRE(refreshed.ok());
  CHECK(refreshed->must_change_password());
  CHECK(world.CallWith(refreshed->access_token()).caller.grants.empty());

  CHECK(ReasonOf(Change(world, refreshed->access_token(), kGiven, kGiven)) == "WEAK_PASSWORD");
  REQUIRE(Change(world, refreshed->access_token(), kGiven, kChosen).ok());
  const auto whole = world.TryRefresh("t1", refreshed->refresh_token());
  REQUIRE(whole.ok());
  CHECK_FALSE(whole->must_change_password());
  CHECK(world.CallWith(whole->access_token()).caller.Holds("payments.submit", "/r/a/"));
  CHECK_FALSE(world.MustLogin("t1", "li.na", kChosen).must_change_password());
}

TEST_CASE("Nobody takes a password over from somebody who holds more", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::PutRoleRequest clerk;
  clerk.mutable_role()->set_name("clerk");
  clerk.mutable_role()->set_description("Manages people who read");
  for (const char* intent : {"identity.users.manage", "projects.read"})
    clerk.mutable_role()->add_intents(intent);
  REQUIRE(PutRole(world.deps, world.CallWith(admin), clerk).ok());
  world.MakeUser(admin, "wang.wei", "/r/a/", {{"clerk", "/r/a/"}});
  const std::string manager = world.MustLogin("t1", "wang.wei").access_token();
  const v1::User peer = world.MakeUser(admin, "li.na", "/r/a/x/", {{"clerk", "/r/a/x/"}});
  const v1::User signer = world.MakeUser(admin, "zhao", "/r/a/", {{"finance_signer", "/r/a/"}});
  const v1::User wide = world.MakeUser(admin, "chen", "/r/a/", {{"clerk", "/r/"}});
  CHECK(Reset(world, world.CallWith(manager), peer.user_id()).ok());
  for (const v1::User& user : {signer, wide}) {
    CHECK(ReasonOf(Reset(world, world.CallWith(manager), user.user_id()).status()) ==
          "GRANT_EXCEEDS_CALLER");
    world.MustLogin("t1", user.username());
  }
}

TEST_CASE("Resets are refused for each reason", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {});
  const Call call = world.CallWith(admin);
  CHECK(ReasonOf(Reset(world, call, call.caller.subject).status()) == "OWN_PASSWORD");
  CHECK(ReasonOf(Reset(world, call, "00000000-0000-7000-8000-000000000009").status()) ==
        "USER_NOT_FOUND");
  CHECK(ReasonOf(Reset(world, call, user.user_id(), "li.na 2026 x").status()) == "WEAK_PASSWORD");
  CHECK(Reset(world, world.CallWith(admin), user.user_id()).ok());
}

}  // namespace
}  // namespace fiscus::identity
