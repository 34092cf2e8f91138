#include <cstdlib>

#include "libs/core/text.h"
#include "nlohmann/json.hpp"
#include "services/identity/rpc/fixture.h"

namespace fiscus::identity {
namespace {

nlohmann::json ClaimsOf(const std::string& token) {
  const size_t begin = token.find('.') + 1;
  return nlohmann::json::parse(
      Base64UrlDecode(token.substr(begin, token.rfind('.') - begin)).value());
}

TEST_CASE("A login gives tokens with the claims that verifiers read", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  const v1::User user = world.MakeUser(admin, "li.na", "/r/a/", {{"unit_operator", "/r/a/"}});
  const v1::TokenResponse tokens = world.MustLogin("t1", "li.na");
  CHECK(tokens.token_type() == "Bearer");
  CHECK(tokens.expires_in_s() == 300);
  const nlohmann::json claims = ClaimsOf(tokens.access_token());
  CHECK(claims.at("iss") == "fiscus");
  CHECK(claims.at("aud") == "fiscus");
  CHECK(claims.at("sub") == user.user_id());
  CHECK(claims.at("tenant") == "t1");
  CHECK(claims.at("home") == "/r/a/");
  CHECK(claims.at("exp").get<int64_t>() - claims.at("iat").get<int64_t>() == 300);
  CHECK(claims.at("iat_ms").get<int64_t>() / 1000 == claims.at("iat").get<int64_t>());
  CHECK(claims.at("grants").size() == 1);
  CHECK(claims.at("grants")[0].at("p") == "/r/a/");
  CHECK(world.Verdict(tokens.access_token()) == "OK");
  const Call call = world.CallWith(tokens.access_token());
  CHECK(call.caller.Holds("payments.submit", "/r/a/x/"));
  CHECK_FALSE(call.caller.Holds("payments.submit", "/r/b/"));
  CHECK_FALSE(call.caller.Holds("payments.order", "/r/a/"));
  CHECK(world.AuditActors("t1", "sessions/" + call.caller.session) ==
        std::vector<std::string>{user.user_id()});
}

TEST_CASE("Unknown tenant, unknown user and wrong password look the same", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeTenant("t1");
  std::vector<std::string> texts;
  for (const auto& [tenant, user] :
       {std::pair("t1", "admin"), std::pair("t1", "nobody"), std::pair("t9", "admin"),
        std::pair("T1", "admin"), std::pair("t1", "Ad min")}) {
    const auto status = world.TryLogin(tenant, user, "wrong password here").status();
    CHECK(ReasonOf(status) == "INVALID_CREDENTIALS");
    CHECK(status.code() == absl::StatusCode::kUnauthenticated);
    texts.push_back(status.ToString());
  }
  for (const std::string& text : texts) CHECK(text == texts[0]);
  CHECK(ReasonOf(world.TryLogin("t1", "admin", std::string(257, 'x')).status()) == "FIELD_INVALID");
}

TEST_CASE("A disabled user learns so only with the right password", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string admin = world.MakeTenant("t1");
  v1::SetUserDisabledRequest disable;
  disable.set_user_id(world.MakeUser(admin, "li.na", "/r/a/", {}).user_id());
  disable.set_disabled(true);
  REQUIRE(SetUserDisabled(world.deps, world.CallWith(admin), disable).ok());
  CHECK(ReasonOf(world.TryLogin("t1", "li.na", kGoodPassword).status()) == "USER_DISABLED");
  CHECK(ReasonOf(world.TryLogin("t1", "li.na", "wrong").status()) == "INVALID_CREDENTIALS");
}

// With and without Redis: the truth is in PostgreSQL.
void CheckLocking(World& world) {
  const std::string admin = world.MakeTenant("t1");
  world.MakeUser(admin, "li.na", "/r/a/", {});
  for (const char* user : {"li.na", "nobody"}) {
    for (int i = 0; i < 3; ++i)
      CHECK(ReasonOf(world.TryLogin("t1", user, "wrong").status()) == "INVALID_CREDENTIALS");
    const auto locked = world.TryLogin("t1", user, kGoodPassword).status();
    CHECK(ReasonOf(locked) == "ACCOUNT_LOCKED");
    CHECK(locked.code() == absl::StatusCode::kResourceExhausted);
    CHECK(RetryAfterMsOf(locked).value_or(0) > 25'000);
    CHECK(RetryAfterMsOf(locked).value_or(0) <= 30'000);
  }
  // Others are not locked; six failures do not lock the tenant, eight do.
  world.MustLogin("t1", "admin");
  for (int i = 0; i < 2; ++i)
    world.TryLogin("t1", "u" + std::to_string(i) + "x", "wrong").IgnoreError();
  CHECK(ReasonOf(world.TryLogin("t1", "admin", kGoodPassword).status()) == "ACCOUNT_LOCKED");
  CHECK(ReasonOf(world.TryLogin("t9", "admin", kGoodPassword).status()) == "INVALID_CREDENTIALS");
}

TEST_CASE("Failures lock an account, known or not, and many lock the tenant, without Redis",
          "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  CheckLocking(world);
  // After the lock a good login clears the account's counter.
  world.clock.Advance(absl::Seconds(31));
  for (int round = 0; round < 3; ++round) {
    CHECK(ReasonOf(world.TryLogin("t1", "li.na", "wrong").status()) == "INVALID_CREDENTIALS");
    world.MustLogin("t1", "li.na");
  }
}

TEST_CASE("Failures lock just so with Redis", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  const char* address = std::getenv("FISCUS_TEST_REDIS");
  if (address == nullptr) {
    WARN("skipped: FISCUS_TEST_REDIS is not set");
    return;
  }
  const char* password = std::getenv("FISCUS_TEST_REDIS_PASSWORD");
  World world(address, password == nullptr ? "" : password);
  CheckLocking(world);
}

TEST_CASE("Failures lock just so while Redis is gone", "[identity][rpc]") {
  FISCUS_NEEDS_PG();
  World world("127.0.0.1:1");
  CheckLocking(world);
}

}  // namespace
}  // namespace fiscus::identity
