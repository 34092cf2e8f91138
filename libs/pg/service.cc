#include "libs/pg/service.h"

#include <string>
#include <vector>

#include "libs/runtime/log.h"
#include "libs/runtime/process.h"

namespace fiscus::pg {

DatabaseOptions OptionsOrExit(std::string_view service, const config::v1::Postgres& config,
                              int connections) {
  return {.dsn = OrExit(service, RequireEnv(config.dsn_env())),
          .pool_size = config.pool_size() > 0 ? config.pool_size() : connections,
          .statement_timeout = absl::Milliseconds(config.statement_timeout_ms()),
          .service = std::string(service)};
}

int MigrateOrExit(std::string_view service, std::initializer_list<MigrationSet> sets) {
  const std::string dsn = OrExit(service, RequireEnv("FISCUS_MIGRATE_DSN"));
  std::vector<MigrationSet> all{BaseMigrations()};
  all.insert(all.end(), sets.begin(), sets.end());
  const absl::Status migrated = Migrate(dsn, "fiscus_" + std::string(service), all);
  if (migrated.ok()) return 0;
  log::Error("migration failed", {{"error", migrated.ToString()}});
  return 1;
}

}  // namespace fiscus::pg
