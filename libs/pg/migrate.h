// Forward-only migrations, run by the owner role before the service starts (fiscus-<service>
// --migrate).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace fiscus::pg {

struct Migration {
  int number;
  const char* name;
  const char* sha256;  // of the file; a migration that landed never changes
  const char* sql;
};

// The migrations of one module: libs first ("pg", "events"), then the service.
struct MigrationSet {
  std::string_view module;
  std::span<const Migration> migrations;
};

// Applies what is missing, each in a transaction, under an advisory lock (one migrator at a time),
// with lock_timeout. Errors: a landed migration has another checksum; the SQL fails (nothing of
// that migration stays).
//
// A migration whose first line is "-- no transaction" holds one statement that PostgreSQL takes
// only outside (CREATE INDEX CONCURRENTLY, ALTER TYPE … ADD VALUE). If that fails, what it began
// stays: drop the invalid index before the next run. `app_role` gets the privileges that each
// migration grants to the placeholder role :app (replaced textually).
absl::Status Migrate(const std::string& owner_dsn, std::string_view app_role,
                     std::span<const MigrationSet> sets);

// The sets that every service has: request and audit log, timers (module "pg").
MigrationSet BaseMigrations();

}  // namespace fiscus::pg
