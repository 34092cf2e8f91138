// The database's part in a service's main. Used by main.cc only: what is wrong with configuration
// or environment ends the process.
#pragma once

#include <initializer_list>
#include <string_view>

#include "fiscus/config/v1/config.pb.h"
#include "libs/pg/database.h"
#include "libs/pg/migrate.h"

namespace fiscus::pg {

// How the service connects as its app role. `connections`: how many its threads want; the
// configuration's pool size has precedence.
DatabaseOptions OptionsOrExit(std::string_view service, const config::v1::Postgres& config,
                              int connections);

// Migrates as the owner (FISCUS_MIGRATE_DSN): the base that every service has, then `sets`. Grants
// to the role fiscus_<service>. Returns the process's exit code; a failure is logged.
int MigrateOrExit(std::string_view service, std::initializer_list<MigrationSet> sets);

}  // namespace fiscus::pg
