// Tenants and their units in PostgreSQL. Functions work in the caller's transaction and tenant;
// errors are those of libs/pg.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/identity/domain/unit_tree.h"

namespace fiscus::identity {

// False if the slug is taken.
absl::StatusOr<bool> InsertTenant(pg::Tx& tx, std::string_view display_name,
                                  std::string_view root_path, absl::Time now);
enum class TenantState { kAbsent, kOpen, kDisabled };
absl::StatusOr<TenantState> FindTenant(pg::Tx& tx);
absl::Status SetTenantDisabledAt(pg::Tx& tx, bool disabled, absl::Time now);
// Whoever issues tokens shares the lock, whoever shuts the tenant holds it alone; before any lock
// of an account, until the end of the transaction.
enum class TenantLock { kShared, kAlone };
absl::Status LockTenant(pg::Tx& tx, TenantLock lock);

// Adds units; the number of those whose path was free. Parents must exist or be among them.
absl::StatusOr<int64_t> InsertUnits(pg::Tx& tx, const std::vector<Unit>& units, absl::Time now);
// Path → unit, of those that exist.
absl::StatusOr<std::map<std::string, Unit>> FindUnits(pg::Tx& tx,
                                                      const std::vector<std::string>& paths);
// Units within any of the scopes and at or below `under` ("/": all), after a path, in the order of
// paths.
absl::StatusOr<std::vector<Unit>> ListUnitsPage(pg::Tx& tx, const std::vector<std::string>& scopes,
                                                std::string_view under, std::string_view after,
                                                int limit);

}  // namespace fiscus::identity
