// Tenants and their units in PostgreSQL. Functions work in the caller's transaction and tenant;
// errors are those of libs/pg.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"

namespace fiscus::identity {

struct UnitRow {
  std::string path;
  std::string code;
  std::string name;
  int kind = 0;  // fiscus.identity.v1.UnitKind

  friend bool operator==(const UnitRow&, const UnitRow&) = default;
};

// False if the slug is taken.
absl::StatusOr<bool> InsertTenant(pg::Tx& tx, std::string_view display_name,
                                  std::string_view root_path, absl::Time now);
absl::StatusOr<bool> TenantExists(pg::Tx& tx);

// Adds a unit below `parent_path` (empty: the root); false if the path is taken. The parent must
// exist.
absl::StatusOr<bool> InsertUnit(pg::Tx& tx, const UnitRow& unit, std::string_view parent_path,
                                absl::Time now);
absl::StatusOr<std::optional<UnitRow>> FindUnit(pg::Tx& tx, const std::string& path);
// Those of the paths that exist.
absl::StatusOr<std::set<std::string>> ExistingUnits(pg::Tx& tx,
                                                    const std::vector<std::string>& paths);
// Units within any of the scopes and at or below `under` ("/": all), after a path, in the order of
// paths.
absl::StatusOr<std::vector<UnitRow>> ListUnitsPage(pg::Tx& tx,
                                                   const std::vector<std::string>& scopes,
                                                   std::string_view under, std::string_view after,
                                                   int limit);

}  // namespace fiscus::identity
