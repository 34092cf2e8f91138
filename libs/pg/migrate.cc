#include "libs/pg/migrate.h"

#include <pqxx/pqxx>

#include <thread>

#include "libs/core/status.h"
#include "libs/pg/connection.h"
#include "libs/pg/migrations.h"
#include "libs/runtime/log.h"

namespace fiscus::pg {
namespace {

// Chosen once; any number that nobody else locks on.
constexpr int64_t kMigrationLock = 4'611'900'001;

constexpr auto kLockRetry = std::chrono::milliseconds(100);
// First line of a migration that PostgreSQL does not take within a transaction.
constexpr std::string_view kNoTransaction = "-- no transaction\n";

constexpr char kLedger[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " module text NOT NULL, number int NOT NULL, name text NOT NULL, sha256 text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (module, number));"
    "COMMENT ON TABLE schema_migration IS 'Migrations that have landed here.';"
    "COMMENT ON COLUMN schema_migration.module IS 'The library or service that the migration "
    "belongs to.';"
    "COMMENT ON COLUMN schema_migration.number IS 'Its number there, from 1.';"
    "COMMENT ON COLUMN schema_migration.name IS 'Its name.';"
    "COMMENT ON COLUMN schema_migration.sha256 IS 'Digest of its file, which never changes again.';"
    "COMMENT ON COLUMN schema_migration.applied_at IS 'When it landed.';";

std::string ForRole(std::string sql, std::string_view app_role) {
  constexpr std::string_view kPlaceholder = ":app";
  for (size_t at = sql.find(kPlaceholder); at != std::string::npos;
       at = sql.find(kPlaceholder, at)) {
    sql.replace(at, kPlaceholder.size(), app_role);
    at += app_role.size();
  }
  return sql;
}

// True if it has landed; an error if it landed with another content.
absl::StatusOr<bool> HasLanded(pqxx::transaction_base& work, std::string_view module,
                               const Migration& migration) {
  const pqxx::result landed =
      work.exec_params("SELECT sha256 FROM schema_migration WHERE module = $1 AND number = $2",
                       std::string(module), migration.number);
  if (landed.empty()) return false;
  if (landed[0][0].as<std::string>() == migration.sha256) return true;
  return absl::FailedPreconditionError(
      "migration " + std::string(module) + "/" + std::to_string(migration.number) +
      " has landed with another content; migrations never change, add a new one");
}

void Land(pqxx::transaction_base& work, std::string_view app_role, std::string_view module,
          const Migration& migration) {
  work.exec(ForRole(migration.sql, app_role));
  work.exec_params(
      "INSERT INTO schema_migration (module, number, name, sha256) VALUES ($1, $2, $3, $4)",
      std::string(module), migration.number, migration.name, migration.sha256);
  work.commit();
  log::Info("migration applied",
            {{"module", module}, {"number", migration.number}, {"name", migration.name}});
}

absl::Status ApplyOne(pqxx::connection& connection, std::string_view app_role,
                      std::string_view module, const Migration& migration) {
  if (std::string_view(migration.sql).substr(0, kNoTransaction.size()) == kNoTransaction) {
    // Without lock_timeout: CREATE INDEX CONCURRENTLY waits for older transactions and stops
    // nobody.
    pqxx::nontransaction work(connection);
    ASSIGN_OR_RETURN(const bool landed, HasLanded(work, module, migration));
    if (!landed) Land(work, app_role, module, migration);
    return absl::OkStatus();
  }
  pqxx::work work(connection);
  ASSIGN_OR_RETURN(const bool landed, HasLanded(work, module, migration));
  if (landed) return absl::OkStatus();
  work.exec("SET LOCAL lock_timeout = '5s'");
  Land(work, app_role, module, migration);
  return absl::OkStatus();
}

// Asks again and again, in statements of their own: one that waits would hold a snapshot, for which
// the other migrator's CREATE INDEX CONCURRENTLY waits.
void LockMigrations(pqxx::nontransaction& session) {
  while (!session.exec_params1("SELECT pg_try_advisory_lock($1)", kMigrationLock)[0].as<bool>())
    std::this_thread::sleep_for(kLockRetry);
}

}  // namespace

absl::Status Migrate(const std::string& owner_dsn, std::string_view app_role,
                     std::span<const MigrationSet> sets) {
  try {
    pqxx::connection connection(owner_dsn);
    pqxx::nontransaction session(connection);
    LockMigrations(session);
    session.exec(kLedger);
    session.commit();
    for (const MigrationSet& set : sets) {
      for (const Migration& migration : set.migrations)
        RETURN_IF_ERROR(ApplyOne(connection, app_role, set.module, migration));
    }
    return absl::OkStatus();
  } catch (const std::exception&) {
    return StatusOfException("migrate");
  }
}

MigrationSet BaseMigrations() { return {.module = "pg", .migrations = kMigrations}; }

}  // namespace fiscus::pg
