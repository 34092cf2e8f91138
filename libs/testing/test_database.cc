#include "libs/testing/test_database.h"

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <pqxx/pqxx>

#include "libs/core/ids.h"
#include "libs/events/outbox.h"
#include "libs/runtime/clock.h"

namespace fiscus::testing {
namespace {

std::string SuperuserDsn() {
  const char* dsn = std::getenv("FISCUS_TEST_PG");
  return dsn == nullptr ? "" : dsn;
}

std::string UniqueName(const std::string& prefix) {
  static std::atomic<int> number{0};
  return prefix + "_" + std::to_string(getpid()) + "_" + std::to_string(++number);
}

void Execute(const std::string& dsn, const std::string& sql) {
  pqxx::connection connection(dsn);
  pqxx::nontransaction work(connection);
  work.exec(sql);
}

// The migrated template of a service, made once per process; its role is shared by the databases
// made from it.
struct Template {
  std::string database;
  std::string role;
};
const Template& TemplateOf(const std::string& service, std::span<const pg::Migration> migrations) {
  static std::mutex mutex;
  static auto* templates =
      new std::map<std::string, Template>();  // NOLINT: for the life of the process
  const std::lock_guard lock(mutex);
  const auto found = templates->find(service);
  if (found != templates->end()) return found->second;
  Template made{.database = UniqueName("tpl_" + service), .role = UniqueName("app_" + service)};
  Execute(SuperuserDsn(),
          "CREATE ROLE " + made.role + " LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS NOCREATEDB");
  Execute(SuperuserDsn(), "CREATE DATABASE " + made.database);
  const pg::MigrationSet sets[] = {
      pg::BaseMigrations(), events::Migrations(), {.module = service, .migrations = migrations}};
  const absl::Status status =
      pg::Migrate(SuperuserDsn() + " dbname=" + made.database, made.role, sets);
  if (!status.ok())
    throw std::runtime_error("migrations of " + service + ": " + std::string(status.message()));
  return templates->emplace(service, made).first->second;
}

}  // namespace

bool TestDatabase::Available() { return !SuperuserDsn().empty(); }

TestDatabase::TestDatabase(std::string_view service, std::span<const pg::Migration> migrations,
                           int pool_size) {
  const Template& base = TemplateOf(std::string(service), migrations);
  name_ = UniqueName("test_" + std::string(service));
  Execute(SuperuserDsn(), "CREATE DATABASE " + name_ + " TEMPLATE " + base.database);
  owner_dsn_ = SuperuserDsn() + " dbname=" + name_;
  dsn_ = owner_dsn_ + " user=" + base.role + " password=test";
  database_ = std::make_unique<pg::Database>(
      pg::DatabaseOptions{.dsn = dsn_, .pool_size = pool_size, .service = "test"});
}

TestDatabase::~TestDatabase() {
  database_.reset();
  try {
    Execute(SuperuserDsn(), "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    // Not a failure: the server ends with the test run anyway.
    std::cerr << name_ << " was not dropped: " << error.what() << "\n";
  }
}

absl::Status TestDatabase::PrepareAll(std::span<const pg::Query> queries) {
  pqxx::connection connection(dsn_);
  for (const pg::Query& query : queries) {
    try {
      pqxx::work work(connection);
      connection.prepare(query.name, query.sql);
    } catch (const std::exception& error) {
      return absl::InvalidArgumentError(std::string(query.name) + ": " + error.what());
    }
  }
  return absl::OkStatus();
}

Call TestCall(std::string_view tenant, std::string_view subject, std::vector<std::string> intents,
              std::string_view unit_path) {
  std::sort(intents.begin(), intents.end());
  const absl::Time now = SystemClock().Now();
  return Call{.now = now,
              .deadline = now + absl::Seconds(10),
              .caller = {.tenant = std::string(tenant),
                         .subject = std::string(subject),
                         .session = "test",
                         .grants = {{std::string(unit_path), std::move(intents)}}},
              .method = "/test/Method",
              .request_id = NewUuid(),
              .request_digest = std::string(32, 'd'),
              .traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"};
}

}  // namespace fiscus::testing
