// The store on a real PostgreSQL, used through the app role, so row-level security is as in
// production.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <pqxx/pqxx>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/identity/store/accounts.h"
#include "services/identity/store/login_failures.h"
#include "services/identity/store/migrations.h"
#include "services/identity/store/queries.h"
#include "services/identity/store/sessions.h"
#include "services/identity/store/signing_keys.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

using testing::TestDatabase;

const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(30); }

void Write(TestDatabase& database, std::string_view tenant, const pg::Database::Body& body) {
  const absl::Status status = database.database().Write(tenant, Soon(), body);
  INFO(status);
  REQUIRE(status.ok());
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal.has_value() ? refusal->reason : "";
}

Account Person(std::string_view name, std::string_view unit_path) {
  return {.user_id = NewUuid(),
          .username = std::string(name),
          .display_name = "P",
          .unit_path = std::string(unit_path),
          .password_hash = "$argon2id$"};
}

// A tenant with the units /r/, /r/a/, /r/a/x/, /r/ab/ and one person at /r/a/.
Account Populate(TestDatabase& database, std::string_view tenant) {
  Account person = Person("li.na", "/r/a/");
  Write(database, tenant, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(InsertTenant(tx, "Tenant", "/r/", kNow).status());
    const std::string name(tenant);
    RETURN_IF_ERROR(
        InsertUnits(tx,
                    {UnitBelow("/r/a/", "x", name, 3),
                     UnitBelow("/r/", "a", name, 2),
                     UnitBelow("/r/", "ab", name, 3),
                     {.path = "/r/", .code = "r", .name = name, .kind = 1, .parent_path = ""}},
                    kNow)
            .status());
    return InsertAccount(tx, person, kNow).status();
  });
  return person;
}

TEST_CASE("Every query fits the schema", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  CHECK(database.PrepareAll(sql::kAll) == absl::OkStatus());
}

TEST_CASE("Tenants and units are added once, below an existing parent", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  Populate(database, "t1");
  Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
    CHECK(FindTenant(tx).value() == TenantState::kOpen);
    CHECK_FALSE(InsertTenant(tx, "again", "/r/", kNow).value());
    CHECK(
        InsertUnits(tx, {UnitBelow("/r/", "a", "other", 2), UnitBelow("/r/", "b", "new", 2)}, kNow)
            .value() == 1);
    const auto found = FindUnits(tx, {"/r/", "/r/q/", "/r/a/"}).value();
    CHECK(found.size() == 2);
    CHECK(found.at("/r/a/") == UnitBelow("/r/", "a", "t1", 2));
    CHECK(found.at("/r/").parent_path.empty());
    return absl::OkStatus();
  });
  const auto add = [&](const Unit& unit) {
    return database.database().Write(
        "t1", Soon(), [&](pg::Tx& tx) { return InsertUnits(tx, {unit}, kNow).status(); });
  };
  CHECK_FALSE(add(UnitBelow("/r/q/", "z", "no parent", 3)).ok());
  CHECK_FALSE(add({.path = "/r/wrong/",
                   .code = "z",
                   .name = "path and code differ",
                   .kind = 3,
                   .parent_path = "/r/"})
                  .ok());
  CHECK_FALSE(
      add({.path = "/s/", .code = "s", .name = "a second root", .kind = 1, .parent_path = ""})
          .ok());
  CHECK(database.database()
            .Read("t2", Soon(),
                  [&](pg::Tx& tx) -> absl::Status {
                    CHECK(FindTenant(tx).value() == TenantState::kAbsent);
                    return absl::OkStatus();
                  })
            .ok());
}

TEST_CASE("Units are listed by scope, prefix and keyset", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  Populate(database, "t1");
  const auto list = [&](const std::vector<std::string>& scopes, const std::string& under,
                        const std::string& after, int limit) {
    std::vector<std::string> paths;
    Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const std::vector<Unit> units,
                       ListUnitsPage(tx, scopes, under, after, limit));
      for (const Unit& unit : units) paths.push_back(unit.path);
      return absl::OkStatus();
    });
    return paths;
  };
  using Paths = std::vector<std::string>;
  CHECK(list({"/"}, "/", "", 10) == Paths{"/r/", "/r/a/", "/r/a/x/", "/r/ab/"});
  CHECK(list({"/r/a/"}, "/", "", 10) == Paths{"/r/a/", "/r/a/x/"});
  CHECK(list({"/r/a/", "/r/ab/"}, "/r/ab/", "", 10) == Paths{"/r/ab/"});
  CHECK(list({}, "/", "", 10).empty());
  CHECK(list({"/"}, "/", "", 2) == Paths{"/r/", "/r/a/"});
  CHECK(list({"/"}, "/", "/r/a/", 2) == Paths{"/r/a/x/", "/r/ab/"});
}

TEST_CASE("Accounts, grants and roles are found as they were saved", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  const Account person = Populate(database, "t1");
  Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
    CHECK_FALSE(InsertAccount(tx, Person("li.na", "/r/"), kNow).value());
    CHECK(FindAccountByName(tx, "li.na").value()->user_id == person.user_id);
    CHECK(FindAccountByName(tx, "nobody").value() == std::nullopt);
    CHECK(FindAccount(tx, person.user_id).value()->unit_path == "/r/a/");
    CHECK(ReasonOf(LockAccount(tx, NewUuid()).status()) == "USER_NOT_FOUND");
    CHECK(HomeUnits(tx, {person.user_id, NewUuid()}).value() ==
          std::map<std::string, std::string>{{person.user_id, "/r/a/"}});

    const std::vector<Grant> grants = {{"auditor", "/r/"}, {"clerk", "/r/a/"}};
    CHECK(ReplaceGrants(tx, person.user_id, {{"old", "/r/"}}).ok());
    CHECK(ReplaceGrants(tx, person.user_id,
                        {{"clerk", "/r/a/"}, {"auditor", "/r/"}, {"auditor", "/r/"}})
              .ok());
    CHECK(ListGrants(tx, {person.user_id}).value().at(person.user_id) == grants);

    const Role clerk = {.name = "clerk", .description = "d", .intents = {"a.b", "c.d"}};
    CHECK(PutOwnRole(tx, {.name = "clerk", .description = "old", .intents = {}}, kNow).ok());
    CHECK(PutOwnRole(tx, clerk, kNow).ok());
    const RoleTable roles = ListOwnRoles(tx).value();
    CHECK(roles.size() == 1);
    CHECK(roles.at("clerk").intents == clerk.intents);
    CHECK(roles.at("clerk").description == "d");
    CHECK(LockRoleHolders(tx, "clerk").value().size() == 1);
    CHECK(LockRoleHolders(tx, "nothing").value().empty());

    CHECK(SetPassword(tx, person.user_id, "new", true).ok());
    CHECK(SetDisabled(tx, person.user_id, true).ok());
    CHECK(SetTokenTimes(tx, person.user_id, 7, 5).ok());
    CHECK(SetTokenTimes(tx, person.user_id, 3, 9).ok());
    const Account saved = LockAccount(tx, person.user_id).value();
    CHECK(saved.password_hash == "new");
    CHECK(saved.disabled);
    CHECK(saved.last_issued_ms == 7);  // neither time goes back
    CHECK(saved.revoked_until_ms == 9);
    return absl::OkStatus();
  });
}

TEST_CASE("A refresh token is spent once and has one successor", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  const Account person = Populate(database, "t1");
  const std::string session = NewUuid();
  const std::string first = Sha256("first");
  const std::string second = Sha256("second");
  Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(InsertSession(tx, session, person.user_id, kNow, kNow + absl::Hours(12)));
    RETURN_IF_ERROR(InsertRefreshToken(tx, {first, session, "", kNow + absl::Hours(2)}, kNow));
    CHECK(FindRefreshOwner(tx, first).value() == person.user_id);
    CHECK(FindRefreshOwner(tx, second).value() == std::nullopt);
    LoadedRefreshToken loaded = LoadRefreshToken(tx, first).value();
    CHECK(loaded.session_id == session);
    CHECK(loaded.facts.token_expires_at == kNow + absl::Hours(2));
    CHECK(loaded.facts.session_expires_at == kNow + absl::Hours(12));
    CHECK_FALSE(loaded.facts.spent_at.has_value());

    RETURN_IF_ERROR(SpendRefreshToken(tx, first, kNow));
    CHECK(SpendRefreshToken(tx, first, kNow).code() == absl::StatusCode::kAborted);
    RETURN_IF_ERROR(InsertRefreshToken(tx, {second, session, first, kNow + absl::Hours(2)}, kNow));
    loaded = LoadRefreshToken(tx, first).value();
    CHECK(loaded.facts.spent_at == kNow);
    CHECK_FALSE(loaded.facts.successor_spent);

    RETURN_IF_ERROR(DiscardSuccessor(tx, first, kNow));
    RETURN_IF_ERROR(
        InsertRefreshToken(tx, {Sha256("third"), session, first, kNow + absl::Hours(2)}, kNow));
    CHECK(LoadRefreshToken(tx, second).value().facts.discarded);
    RETURN_IF_ERROR(SpendRefreshToken(tx, Sha256("third"), kNow));
    CHECK(LoadRefreshToken(tx, first).value().facts.successor_spent);
    return TouchSession(tx, session, kNow);
  });
  // A second live successor is impossible.
  const absl::Status twice = database.database().Write("t1", Soon(), [&](pg::Tx& tx) {
    return InsertRefreshToken(tx, {Sha256("fourth"), session, first, kNow}, kNow);
  });
  CHECK(twice.code() == absl::StatusCode::kAlreadyExists);
}

TEST_CASE("Sessions end all, but one, or one alone", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  const Account person = Populate(database, "t1");
  std::vector<std::string> sessions;
  Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
    for (int i = 0; i < 4; ++i) {
      sessions.push_back(NewUuid());
      RETURN_IF_ERROR(InsertSession(tx, sessions.back(), person.user_id, kNow,
                                    kNow + absl::Hours(i)));  // the first has expired
    }
    using Ids = std::vector<std::string>;
    CHECK(EndSessions(tx, person.user_id, {.only = sessions[1], .except = ""}, kEndedByLogout, kNow)
              .value() == Ids{sessions[1]});
    CHECK(
        EndSessions(tx, person.user_id, {.only = "", .except = sessions[2]}, kEndedByPassword, kNow)
            .value() == Ids{sessions[3]});
    CHECK(EndSessions(tx, person.user_id, {}, kEndedByAdministrator, kNow).value() ==
          Ids{sessions[2]});
    CHECK(EndSessions(tx, person.user_id, {}, kEndedByAdministrator, kNow).value().empty());
    return absl::OkStatus();
  });
}

TEST_CASE("Login failures are counted for several subjects at once", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  constexpr ThrottlePolicy kTwo = {.failures_max = 2,
                                   .window = absl::Minutes(10),
                                   .lock = absl::Seconds(30),
                                   .lock_max = absl::Minutes(5)};
  constexpr ThrottlePolicy kMany = {.failures_max = 100,
                                    .window = absl::Minutes(10),
                                    .lock = absl::Seconds(30),
                                    .lock_max = absl::Minutes(5)};
  const std::map<std::string, ThrottlePolicy> policies = {{AccountSubject("li.na"), kTwo},
                                                          {std::string(kTenantSubject), kMany}};
  // Sixteen at once: none is lost, none deadlocks.
  std::vector<std::jthread> threads;
  std::atomic<int> failed = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 4; ++i) {
        const absl::Status status = database.database().Write("t1", Soon(), [&](pg::Tx& tx) {
          return CountLoginFailure(tx, policies, kNow).status();
        });
        failed += status.ok() ? 0 : 1;
      }
    });
  }
  threads.clear();
  CHECK(failed == 0);
  Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
    auto counters =
        LoadLoginFailures(tx, {AccountSubject("li.na"), std::string(kTenantSubject), "user/other"})
            .value();
    CHECK(counters.size() == 2);
    CHECK(counters.at(std::string(kTenantSubject)).failures == 16);
    CHECK(counters.at(AccountSubject("li.na")).locked_until == kNow + absl::Seconds(30));
    RETURN_IF_ERROR(ForgetLoginFailures(tx, AccountSubject("li.na")));
    counters = LoadLoginFailures(tx, {AccountSubject("li.na")}).value();
    CHECK(counters.empty());
    return absl::OkStatus();
  });
}

std::vector<RevocationRow> ReadRevocations(TestDatabase& database, int64_t cursor,
                                           absl::Time now = kNow) {
  std::vector<RevocationRow> rows;
  REQUIRE(database.database()
              .Read(kInstallation, Soon(),
                    [&](pg::Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(rows, ListRevocationsAfter(tx, cursor, now, 1'000));
                      return absl::OkStatus();
                    })
              .ok());
  return rows;
}

TEST_CASE("Revocations of all tenants are read in order, while they matter", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  const std::string user = NewUuid();
  const std::string session = NewUuid();
  Write(database, "t1", [&](pg::Tx& tx) {
    return PublishRevocations(tx, {user}, false, 111, kNow + absl::Minutes(5));
  });
  Write(database, "t2", [&](pg::Tx& tx) {
    return PublishRevocations(tx, {session, NewUuid()}, true, 222, kNow + absl::Minutes(9));
  });
  Write(database, "t2", [&](pg::Tx& tx) { return PublishRevocations(tx, {}, true, 222, kNow); });
  const auto all = ReadRevocations(database, 0);
  REQUIRE(all.size() == 3);
  CHECK(all[0].tenant == "t1");
  CHECK(all[0].subject == user);
  CHECK_FALSE(all[0].of_session);
  CHECK(all[0].not_before_ms == 111);
  CHECK(all[1].tenant == "t2");
  CHECK(all[1].of_session);
  CHECK(ReadRevocations(database, all[0].cursor).size() == 2);
  CHECK(ReadRevocations(database, all[2].cursor).empty());
  CHECK(ReadRevocations(database, 0, kNow + absl::Minutes(5)).size() == 2);
  // A cursor of another life of the database is no excuse for silence.
  CHECK(ReadRevocations(database, all[2].cursor + 1'000).size() == 3);
}

TEST_CASE("No revocation commits behind a cursor that was read", "[identity][store]") {
  FISCUS_NEEDS_PG();
  // Writers that commit after random delays, and a reader that only moves forward: it must see each
  // one (no "id > last" gap).
  TestDatabase database("identity", kMigrations);
  constexpr int kWriters = 4;
  constexpr int kEach = 25;
  std::vector<std::jthread> writers;
  std::atomic<int> running = kWriters;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      std::minstd_rand random(w + 1);
      for (int i = 0; i < kEach; ++i) {
        const absl::Status status = database.database().Write(
            "t" + std::to_string(w), Soon(), [&](pg::Tx& tx) -> absl::Status {
              RETURN_IF_ERROR(
                  PublishRevocations(tx, {NewUuid()}, false, 1, kNow + absl::Minutes(5)));
              std::this_thread::sleep_for(std::chrono::microseconds(random() % 3'000));
              return absl::OkStatus();
            });
        if (!status.ok()) return;
      }
      --running;
    });
  }
  std::set<std::string> seen;
  int64_t cursor = 0;
  for (bool last = false; !last;) {
    last = running == 0;
    for (const RevocationRow& row : ReadRevocations(database, cursor)) {
      seen.insert(row.subject);
      cursor = row.cursor;
    }
  }
  CHECK(seen.size() == kWriters * kEach);
}

TEST_CASE("Signing keys and clean-up", "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  const Account person = Populate(database, "t1");
  Write(database, kInstallation, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(LockSigningKeys(tx));
    RETURN_IF_ERROR(InsertSigningKey(
        tx, {{"b", kNow + absl::Minutes(2)}, "x2", "y2", std::string("\0sealed", 7), kNow}));
    RETURN_IF_ERROR(InsertSigningKey(tx, {{"a", kNow}, "x1", "y1", "sealed", kNow}));
    const auto keys = ListSigningKeys(tx).value();
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].times == KeyTimes{"a", kNow});
    CHECK(keys[1].private_sealed == std::string("\0sealed", 7));
    CHECK(keys[1].x == "x2");
    RETURN_IF_ERROR(DeleteSigningKeys(tx, {"a"}));
    RETURN_IF_ERROR(DeleteSigningKeys(tx, {}));
    CHECK(ListSigningKeys(tx).value().size() == 1);
    return absl::OkStatus();
  });
  Write(database, "t1", [&](pg::Tx& tx) -> absl::Status {
    const std::string old = NewUuid();
    RETURN_IF_ERROR(
        InsertSession(tx, old, person.user_id, kNow - absl::Hours(99), kNow - absl::Hours(90)));
    RETURN_IF_ERROR(InsertRefreshToken(tx, {Sha256("old"), old, "", kNow}, kNow));
    RETURN_IF_ERROR(InsertSession(tx, NewUuid(), person.user_id, kNow, kNow + absl::Hours(1)));
    RETURN_IF_ERROR(PublishRevocations(tx, {old}, true, 1, kNow - absl::Seconds(1)));
    CHECK(DeleteExpired(tx, kNow - absl::Hours(24), kNow, 100).value() == 2);
    CHECK(FindRefreshOwner(tx, Sha256("old")).value() == std::nullopt);
    CHECK(DeleteExpired(tx, kNow - absl::Hours(24), kNow, 100).value() == 0);
    return absl::OkStatus();
  });
}

// reliability: tenant mix in the pool. One connection, five tenants in turn, with bodies that fail
// in every way.
TEST_CASE("On one connection no tenant ever sees another's rows", "[identity][store][slow]") {
  FISCUS_NEEDS_PG();
  TestDatabase shared("identity", kMigrations);
  const std::vector<std::string> tenants = {"ta", "tb", "tc", "td", "te"};
  for (const std::string& tenant : tenants) Populate(shared, tenant);
  pg::Database one({.dsn = shared.dsn(),
                    .pool_size = 1,
                    .statement_timeout = absl::Milliseconds(40),
                    .service = "test"});
  static constexpr pg::Query kEverything{"everything", "SELECT DISTINCT tenant FROM unit"};
  static constexpr pg::Query kSleep{"sleep", "SELECT pg_sleep(5)::text AS slept"};
  static constexpr pg::Query kBroken{
      "broken", "SELECT 1 / (SELECT count(*) FROM unit WHERE name = 'none') AS x"};
  std::minstd_rand random(7);
  int foreign = 0;
  int unexpected = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string& tenant = tenants[random() % tenants.size()];
    const int kind = i % 500 == 499 ? 4 : static_cast<int>(random() % 4);
    const auto body = [&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(kEverything));
      for (const pg::Row row : rows) foreign += row.Text("tenant") == tenant ? 0 : 1;
      unexpected += rows.size() == 1 ? 0 : 1;
      if (kind == 1) return absl::CancelledError("given up");
      if (kind == 2) return tx.Run(kBroken).status();
      if (kind == 4) return tx.Run(kSleep).status();
      return absl::OkStatus();
    };
    const absl::Status status =
        kind == 3 ? one.Read(tenant, Soon(), body) : one.WriteOnce(tenant, Soon(), body, nullptr);
    unexpected += status.ok() == (kind == 0 || kind == 3) ? 0 : 1;
  }
  CHECK(foreign == 0);
  CHECK(unexpected == 0);
}

TEST_CASE(
    "Rows of another tenant can be neither written nor found, and without a tenant there is an "
    "error",
    "[identity][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("identity", kMigrations);
  const Account person = Populate(database, "t1");
  Populate(database, "t2");
  static constexpr pg::Query kForeign{
      "foreign_insert",
      "INSERT INTO tenant (tenant, display_name, root_path, created_at) "
      "VALUES ('t9', 'x', '/x/', now())"};
  static constexpr pg::Query kMove{"foreign_update",
                                   "UPDATE account SET tenant = 't2' WHERE user_id = $1::uuid"};
  static constexpr pg::Query kUnset{"unset",
                                    "SELECT set_config('fiscus.tenant', NULL, true) AS unset"};
  static constexpr pg::Query kCount{"count_accounts", "SELECT count(*) AS n FROM account"};
  CHECK_FALSE(database.database()
                  .Write("t1", Soon(), [&](pg::Tx& tx) { return tx.Run(kForeign).status(); })
                  .ok());
  CHECK_FALSE(database.database()
                  .Write("t1", Soon(),
                         [&](pg::Tx& tx) {
                           return tx.Run(kMove, pg::Args().Text(person.user_id)).status();
                         })
                  .ok());
  Write(database, "t2", [&](pg::Tx& tx) -> absl::Status {
    CHECK(FindAccount(tx, person.user_id).value() == std::nullopt);
    RETURN_IF_ERROR(tx.Run(kUnset).status());
    CHECK(tx.Run(kCount).value()[0].Int("n") == 0);
    return absl::OkStatus();
  });
  // A connection that never named a tenant gets an error, not an empty answer.
  pqxx::connection fresh(database.dsn());
  pqxx::work work(fresh);
  CHECK_THROWS_WITH(work.exec("SELECT count(*) FROM account"), Catch::Contains("fiscus.tenant"));
}

}  // namespace
}  // namespace fiscus::identity
