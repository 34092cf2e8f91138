// Walks services/*/migrations of the source tree (the test's working directory) and checks each
// migrated schema. Row-level security is the second fence between tenants (the first is the
// dispatcher), so each hole in it is planted once and must be found.
#include "libs/testing/catalogue.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "libs/core/text.h"

namespace fiscus::testing {
namespace {

namespace fs = std::filesystem;

// The library tables serve relay, consumers and timers of all tenants, and no RPC reads them:
// libs/pg and libs/events/migrations. alerting.known_tenant: the thread that closes days serves all
// tenants; it holds their names only. identity.revocation: verifiers serve all tenants; it holds
// ids and times only.
CatalogueExemptions Exemptions() {
  return {.without_rls = {"timer", "outbox", "outbox_held", "aggregate_sequence",
                          "consumer_sequence", "known_tenant"},
          .open_reads = {"revocation"}};
}

// Migrations read at run time; they refer to the texts, so these stay.
struct Migrations {
  std::deque<std::string> texts;
  std::vector<pg::Migration> list;
};

Migrations ReadMigrations(const fs::path& folder) {
  Migrations migrations;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const auto keep = [&](std::string text) {
    return migrations.texts.emplace_back(std::move(text)).c_str();
  };
  for (const fs::path& file : files) {
    std::ifstream stream(file);
    std::string sql((std::istreambuf_iterator<char>(stream)), {});
    const char* digest = keep(Hex(Sha256(sql)));
    migrations.list.push_back({.number = static_cast<int>(migrations.list.size()) + 1,
                               .name = keep(file.stem().string()),
                               .sha256 = digest,
                               .sql = keep(std::move(sql))});
  }
  return migrations;
}

std::vector<std::string> ServicesWithMigrations() {
  std::vector<std::string> services;
  for (const auto& entry : fs::directory_iterator("services")) {
    const fs::path folder = entry.path() / "migrations";
    if (fs::is_directory(folder) && !fs::is_empty(folder))
      services.push_back(entry.path().filename().string());
  }
  std::sort(services.begin(), services.end());
  return services;
}

TEST_CASE("Every service's schema keeps tenants apart and explains its columns", "[catalogue]") {
  FISCUS_NEEDS_PG();
  const std::vector<std::string> services = ServicesWithMigrations();
  REQUIRE_FALSE(services.empty());
  for (const std::string& service : services) {
    DYNAMIC_SECTION(service) {
      const Migrations migrations = ReadMigrations(fs::path("services") / service / "migrations");
      const TestDatabase database(service, migrations.list, 1);
      CHECK(IsolationFaults(database, Exemptions()) == std::vector<std::string>{});
      CHECK(UncommentedColumns(database) == std::vector<std::string>{});
    }
  }
}

// A well-kept table, for planting faults beside it.
constexpr char kGood[] =
    "CREATE TABLE good (tenant text NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant, id));"
    "ALTER TABLE good ENABLE ROW LEVEL SECURITY; ALTER TABLE good FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY p ON good USING (tenant = current_setting('fiscus.tenant'));"
    "GRANT SELECT ON good TO :app;";

struct Planted {
  const char* sql;  // run by the owner; :app is the app role
  const char* expect;
};

TEST_CASE("Each planted hole is found", "[catalogue]") {
  FISCUS_NEEDS_PG();
  const std::vector<Planted> holes = {
      {"ALTER TABLE good NO FORCE ROW LEVEL SECURITY", "not enabled and forced"},
      {"ALTER TABLE good DISABLE ROW LEVEL SECURITY", "not enabled and forced"},
      {"CREATE TABLE bare (tenant text PRIMARY KEY)", "not enabled and forced"},
      {"DROP POLICY p ON good", "no policy"},
      {"CREATE POLICY q ON good USING (true)", "does not compare with fiscus.tenant"},
      {"CREATE POLICY q ON good FOR SELECT USING (true)", "does not compare with fiscus.tenant"},
      {"ALTER POLICY p ON good USING (tenant = current_setting('fiscus.tenant', true))",
       "passes over an unset tenant"},
      {"ALTER TABLE good DROP CONSTRAINT good_pkey; ALTER TABLE good ADD PRIMARY KEY (id, tenant)",
       "does not begin with the tenant"},
      {"ALTER TABLE good OWNER TO :app", "owns good"},
      {"ALTER DATABASE :database OWNER TO :app", "owns the database"},
      {"GRANT CREATE ON SCHEMA public TO :app", "may create things"},
      {"ALTER ROLE :app BYPASSRLS", "bypasses row-level security"},
      {"GRANT pg_read_all_data TO :app", "is a member of pg_read_all_data"},
      {"GRANT TRUNCATE ON good TO :app", "may truncate good"},
      {"GRANT DELETE ON audit_log TO :app", "may change or delete rows of audit_log"},
      {"GRANT SELECT ON good TO PUBLIC", "granted to PUBLIC"},
      {"CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM "
       "good'",
       "SECURITY DEFINER"},
      {"CREATE VIEW v AS SELECT tenant, id FROM good", "set security_invoker"},
      {"CREATE MATERIALIZED VIEW m AS SELECT tenant, id FROM good", "outside any policy"},
  };
  const Migrations migrations = {
      .texts = {}, .list = {{.number = 1, .name = "good", .sha256 = "x", .sql = kGood}}};
  int number = 0;
  for (const Planted& hole : holes) {
    // A role of its own each, because some holes are in the role.
    const TestDatabase database("catalogue" + std::to_string(++number), migrations.list, 1);
    INFO(hole.sql);
    REQUIRE(IsolationFaults(database, Exemptions()) == std::vector<std::string>{});
    {
      pqxx::connection app(database.dsn());
      pqxx::connection owner(database.owner_dsn());
      pqxx::nontransaction work(owner);
      std::string sql = hole.sql;
      for (const auto& [word, value] : {std::pair<std::string, std::string>{":app", app.username()},
                                        {":database", owner.dbname()}}) {
        if (const size_t at = sql.find(word); at != std::string::npos)
          sql.replace(at, word.size(), value);
      }
      work.exec(sql);
    }
    const std::vector<std::string> faults = IsolationFaults(database, Exemptions());
    CHECK(std::any_of(faults.begin(), faults.end(), [&](const std::string& fault) {
      return fault.find(hole.expect) != std::string::npos;
    }));
  }
}

TEST_CASE(
    "A table that may be read by all is accepted only where it is named, and only for reading",
    "[catalogue]") {
  FISCUS_NEEDS_PG();
  const Migrations migrations = {
      .texts = {}, .list = {{.number = 1, .name = "good", .sha256 = "x", .sql = kGood}}};
  const TestDatabase database("catalogue_open", migrations.list, 1);
  const auto run = [&](const char* sql) {
    pqxx::connection owner(database.owner_dsn());
    pqxx::nontransaction work(owner);
    work.exec(sql);
  };
  run("CREATE POLICY q ON good FOR SELECT USING (true)");
  CHECK(IsolationFaults(database, Exemptions()).size() == 1);
  CatalogueExemptions wider = Exemptions();
  wider.open_reads.emplace_back("good");
  CHECK(IsolationFaults(database, wider).empty());
  run("CREATE POLICY w ON good FOR INSERT WITH CHECK (true)");
  CHECK(IsolationFaults(database, wider).size() == 1);
}

}  // namespace
}  // namespace fiscus::testing
