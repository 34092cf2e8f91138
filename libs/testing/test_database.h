// A PostgreSQL database of its own for a test, made from a migrated template; dropped at the end.
//
// Needs FISCUS_TEST_PG, the connection string of a superuser of a private server (tools/dev test
// sets it). Without it TestDatabase::Available() is false and tests say so and return.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libs/pg/database.h"
#include "libs/pg/migrate.h"
#include "libs/runtime/call.h"

namespace fiscus::testing {

class TestDatabase {
 public:
  static bool Available();
  // A fresh database with pg, events and the service's migrations; used through an app role that
  // owns nothing, so row-level security is as in production.
  TestDatabase(std::string_view service, std::span<const pg::Migration> migrations,
               int pool_size = 8);
  ~TestDatabase();

  pg::Database& database() { return *database_; }
  // Connection string of the app role, and of the superuser on this database.
  const std::string& dsn() const { return dsn_; }
  const std::string& owner_dsn() const { return owner_dsn_; }
  // Every query of a queries.h prepared against the migrated schema; the first error, or OK.
  absl::Status PrepareAll(std::span<const pg::Query> queries);

 private:
  std::string name_;
  std::string dsn_;
  std::string owner_dsn_;
  std::unique_ptr<pg::Database> database_;
};

// A call by a person who holds every given intent at `unit_path`; a fresh request id; deadline in
// 10 s.
Call TestCall(std::string_view tenant = "t1",
              std::string_view subject = "00000000-0000-7000-8000-000000000001",
              std::vector<std::string> intents = {}, std::string_view unit_path = "/");

}  // namespace fiscus::testing

// At the head of a test that needs PostgreSQL.
#define FISCUS_NEEDS_PG()                                \
  do {                                                   \
    if (!::fiscus::testing::TestDatabase::Available()) { \
      WARN("skipped: FISCUS_TEST_PG is not set");        \
      return;                                            \
    }                                                    \
  } while (false)
