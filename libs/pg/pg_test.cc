// The write path on real PostgreSQL: idempotency, uncertain neighbours, tenant isolation.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <thread>
#include <vector>

#include "fiscus/type/v1/type.pb.h"
#include "libs/core/status.h"
#include "libs/pg/connection.h"
#include "libs/pg/queries.h"
#include "libs/pg/transact.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"

namespace fiscus::pg {
namespace {

using testing::TestCall;
using testing::TestDatabase;

constexpr Migration kThings[] = {
    {1, "things", "x",
     "CREATE TABLE thing (tenant text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, note text "
     "NOT NULL, PRIMARY KEY (tenant, id));"
     "ALTER TABLE thing ENABLE ROW LEVEL SECURITY; ALTER TABLE thing FORCE ROW LEVEL SECURITY;"
     "CREATE POLICY tenant_only ON thing USING (tenant = current_setting('fiscus.tenant'));"
     "GRANT SELECT, INSERT ON thing TO :app;"
     "CREATE TABLE thing_name (name text PRIMARY KEY);"
     "GRANT SELECT, INSERT ON thing_name TO :app"}};
constexpr Query kInsertThing{"insert_thing", "INSERT INTO thing (tenant, note) VALUES ($1, $2)"};
constexpr Query kCountThings{"count_things", "SELECT count(*) AS n FROM thing"};
constexpr Query kLockThings{"lock_things", "SELECT pg_advisory_xact_lock(1)"};
constexpr Query kTakeName{"take_name", "INSERT INTO thing_name (name) VALUES ($1)"};

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(10); }

int64_t Things(Database& database, const std::string& tenant) {
  int64_t n = -1;
  REQUIRE(database
              .Read(tenant, Soon(),
                    [&](Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(const Rows rows, tx.Run(kCountThings));
                      n = rows[0].Int("n");
                      return absl::OkStatus();
                    })
              .ok());
  return n;
}

absl::StatusOr<type::v1::Actor> AddThing(Database& database, const Call& call,
                                         const std::string& note) {
  return Transact<type::v1::Actor>(database, call, [&](Tx& tx) -> absl::StatusOr<type::v1::Actor> {
    RETURN_IF_ERROR(tx.Run(kInsertThing, Args().Text(tx.tenant()).Text(note)).status());
    tx.AuditSubject("things/" + note, "", note);
    type::v1::Actor answer;
    answer.set_subject(note);
    return answer;
  });
}

TEST_CASE("Every query of libs/pg prepares against the migrated schema", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  const absl::Status status = db.PrepareAll(sql::kAll);
  INFO(status.ToString());
  CHECK(status.ok());
}

TEST_CASE("The same request is answered as the first time; another body is refused", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  Call call = TestCall();
  REQUIRE(AddThing(db.database(), call, "first")->subject() == "first");
  CHECK(AddThing(db.database(), call, "ignored")->subject() == "first");
  CHECK(Things(db.database(), "t1") == 1);
  call.request_digest = std::string(32, 'e');
  CHECK(RefusalOf(AddThing(db.database(), call, "x").status())->reason == "REQUEST_ID_REUSED");
  // Another tenant's ids are its own.
  call.caller.tenant = "t2";
  CHECK(AddThing(db.database(), call, "second")->subject() == "second");
}

TEST_CASE("Fifty threads with one request id make one row", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  const Call call = TestCall();
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 50; ++i) {
      threads.emplace_back([&] { answered += AddThing(db.database(), call, "one").ok() ? 1 : 0; });
    }
  }
  CHECK(answered == 50);
  CHECK(Things(db.database(), "t1") == 1);
}

TEST_CASE("A refusal rolls everything back and is not recorded", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  const Call call = TestCall();
  const auto refused = Transact<type::v1::Actor>(
      db.database(), call, [&](Tx& tx) -> absl::StatusOr<type::v1::Actor> {
        RETURN_IF_ERROR(tx.Run(kInsertThing, Args().Text(tx.tenant()).Text("half")).status());
        return Refuse(absl::StatusCode::kFailedPrecondition, "NO", "no");
      });
  CHECK(RefusalOf(refused.status())->reason == "NO");
  CHECK(Things(db.database(), "t1") == 0);
  CHECK(AddThing(db.database(), call, "later").ok());
}

// Two threads with one request id. The second has looked for an answer, in vain, before the first
// commits; `decide` then waits for the first and refuses what it has done already.
void CheckTwins(const std::function<absl::Status(Tx&)>& decide) {
  TestDatabase db("things", kThings);
  const Call call = TestCall();
  std::atomic<int> inside{0};
  std::atomic<int> refused{0};
  std::vector<absl::StatusOr<type::v1::Actor>> answers(2, absl::UnknownError("not run"));
  {
    std::vector<std::jthread> threads;
    for (absl::StatusOr<type::v1::Actor>& answer : answers) {
      threads.emplace_back([&] {
        answer = Transact<type::v1::Actor>(db.database(), call,
                                           [&](Tx& tx) -> absl::StatusOr<type::v1::Actor> {
                                             ++inside;
                                             while (inside < 2) std::this_thread::yield();
                                             const absl::Status decided = decide(tx);
                                             refused += decided.ok() ? 0 : 1;
                                             RETURN_IF_ERROR(decided);
                                             type::v1::Actor done;
                                             done.set_subject("done");
                                             return done;
                                           });
      });
    }
  }
  CHECK(refused == 1);
  for (const auto& answer : answers) {
    INFO(answer.status().ToString());
    REQUIRE(answer.ok());
    CHECK(answer->subject() == "done");
  }
}

TEST_CASE("Of two that run at once, the second gets the answer of the first, not its own refusal",
          "[pg]") {
  FISCUS_NEEDS_PG();
  // By the state that it finds when it has the lock.
  CheckTwins([](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Run(kLockThings).status());
    ASSIGN_OR_RETURN(const Rows rows, tx.Run(kCountThings));
    if (rows[0].Int("n") > 0)
      return Refuse(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "done already");
    return tx.Run(kInsertThing, Args().Text(tx.tenant()).Text("one")).status();
  });
  // By a key that exists, after which its own transaction is of no use.
  CheckTwins([](Tx& tx) -> absl::Status {
    const absl::Status taken = tx.Run(kTakeName, Args().Text("one")).status();
    if (taken.code() != absl::StatusCode::kAlreadyExists) return taken;
    return Refuse(absl::StatusCode::kAlreadyExists, "NAME_EXISTS", "taken");
  });
}

TEST_CASE("A rehearsal answers and leaves nothing", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  const auto answer = Rehearse<type::v1::Actor>(
      db.database(), TestCall(), [&](Tx& tx) -> absl::StatusOr<type::v1::Actor> {
        RETURN_IF_ERROR(tx.Run(kInsertThing, Args().Text(tx.tenant()).Text("try")).status());
        return type::v1::Actor();
      });
  CHECK(answer.ok());
  CHECK(Things(db.database(), "t1") == 0);
}

// reliability: tenant mix in the pool.
TEST_CASE("On one connection, interleaved tenants see only their own rows", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings, 1);
  for (int i = 0; i < 200; ++i) {
    const std::string tenant = i % 2 == 0 ? "t1" : "t2";
    const absl::Status status = db.database().Write(tenant, Soon(), [&](Tx& tx) -> absl::Status {
      RETURN_IF_ERROR(tx.Run(kInsertThing, Args().Text(tenant).Text("x")).status());
      return i % 5 == 0 ? absl::CancelledError("abort") : absl::OkStatus();
    });
    REQUIRE(status.ok() == (i % 5 != 0));
  }
  CHECK(Things(db.database(), "t1") == 80);
  CHECK(Things(db.database(), "t2") == 80);
  // A row of another tenant cannot be written either.
  CHECK_FALSE(
      db.database()
          .Write("t1", Soon(),
                 [&](Tx& tx) { return tx.Run(kInsertThing, Args().Text("t2").Text("x")).status(); })
          .ok());
}

TEST_CASE("Values survive the way to PostgreSQL and back", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  static constexpr Query kEcho{"echo",
                               "SELECT $1::text AS t, $2::bigint AS i, $3::bytea AS b, "
                               "$4::timestamptz AS at, $5::date AS d, "
                               "($6::text[])[2] AS e, ($7::bytea[])[1] AS f, $8::text AS n"};
  const std::string nasty = "'; DROP TABLE thing; -- \\ \" {,} 项目\n";
  const std::string bytes("\0\xff\x01\\", 4);
  const absl::Time time = absl::FromUnixMicros(1'700'000'000'123'456);
  REQUIRE(db.database()
              .Read("t1", Soon(),
                    [&](Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(const Rows rows,
                                       tx.Run(kEcho, Args()
                                                         .Text(nasty)
                                                         .Int(9007199254740993)
                                                         .Bytes(bytes)
                                                         .Time(time)
                                                         .Date(absl::CivilDay(2026, 2, 28))
                                                         .TextArray({"a", nasty})
                                                         .BytesArray({bytes})
                                                         .Null()));
                      const Row row = rows[0];
                      CHECK(row.Text("t") == nasty);
                      CHECK(row.Int("i") == 9007199254740993);
                      CHECK(row.Bytes("b") == bytes);
                      CHECK(row.Time("at") == time);
                      CHECK(row.Date("d") == absl::CivilDay(2026, 2, 28));
                      CHECK(row.Text("e") == nasty);
                      CHECK(row.Bytes("f") == bytes);
                      CHECK(row.IsNull("n"));
                      return absl::OkStatus();
                    })
              .ok());
}

TEST_CASE("A migration without a transaction may build an index beside others' work", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  const Migration index[] = {
      {1, "index", "y",
       "-- no transaction\nCREATE INDEX CONCURRENTLY thing_note ON thing (note);"}};
  const MigrationSet sets[] = {{.module = "more", .migrations = index}};
  // Two at once, as when replicas start: the one that waits must not hold the other up.
  absl::Status second;
  std::thread beside([&] { second = Migrate(db.owner_dsn(), "postgres", sets); });
  CHECK(Migrate(db.owner_dsn(), "postgres", sets).ok());
  beside.join();
  CHECK(second.ok());
  const Migration failing[] = {
      {1, "index", "z", "-- no transaction\nCREATE INDEX CONCURRENTLY x ON nothing (note);"}};
  const MigrationSet bad[] = {{.module = "other", .migrations = failing}};
  CHECK_FALSE(Migrate(db.owner_dsn(), "postgres", bad).ok());
  CHECK_FALSE(Migrate(db.owner_dsn(), "postgres", bad).ok());  // it is not held for done
}

// The limits that the kernel has for our sockets: a server that is cut off sends nothing that could
// be waited for in a test.
TEST_CASE("A connection gives up a silent server after seconds", "[pg]") {
  FISCUS_NEEDS_PG();
  const auto limits = [] {
    std::multiset<unsigned> found;
    for (int fd = 0; fd < 1024; ++fd) {
      unsigned timeout = 0;
      socklen_t size = sizeof timeout;
      if (getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &size) == 0)
        found.insert(timeout);
    }
    return found;
  };
  TestDatabase db("things", kThings);
  const size_t before = limits().count(10'000);
  CHECK(Things(db.database(), "t1") == 0);
  CHECK(limits().count(10'000) == before + 1);
}

TEST_CASE("A server that takes no writes is not used", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  Connection owner(db.owner_dsn());
  owner.Begin();
  owner.transaction().exec(
      "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', "
      "current_database()); END$$");
  owner.transaction().commit();
  owner.End();
  Database standby({.dsn = db.dsn(), .service = "test"});
  CHECK(standby.Read("t1", Soon(), [](Tx&) { return absl::OkStatus(); }).code() ==
        absl::StatusCode::kUnavailable);
}

TEST_CASE("A migration that landed may not change", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("things", kThings);
  const Migration changed[] = {{1, "things", "other", "SELECT 1"}};
  const MigrationSet bad[] = {{.module = "pg", .migrations = changed}};
  CHECK(Migrate(db.owner_dsn(), "postgres", bad).code() == absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace fiscus::pg
