#include "services/identity/store/units.h"

#include "libs/core/status.h"
#include "services/identity/store/queries.h"

namespace fiscus::identity {
namespace {

UnitRow ToUnit(const pg::Row& row) {
  return {.path = row.Text("path"),
          .code = row.Text("code"),
          .name = row.Text("name"),
          .kind = static_cast<int>(row.Int("kind"))};
}

}  // namespace

absl::StatusOr<bool> InsertTenant(pg::Tx& tx, std::string_view display_name,
                                  std::string_view root_path, absl::Time now) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kInsertTenant,
             pg::Args().Text(tx.tenant()).Text(display_name).Text(root_path).Time(now)));
  return rows.affected() == 1;
}

absl::StatusOr<bool> TenantExists(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kFindTenant, pg::Args().Text(tx.tenant())));
  return !rows.empty();
}

absl::StatusOr<bool> InsertUnit(pg::Tx& tx, const UnitRow& unit, std::string_view parent_path,
                                absl::Time now) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kInsertUnit, pg::Args()
                                                                     .Text(tx.tenant())
                                                                     .Text(unit.path)
                                                                     .TextOrNull(parent_path)
                                                                     .Text(unit.code)
                                                                     .Text(unit.name)
                                                                     .Int(unit.kind)
                                                                     .Time(now)));
  return rows.affected() == 1;
}

absl::StatusOr<std::optional<UnitRow>> FindUnit(pg::Tx& tx, const std::string& path) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindUnits, pg::Args().Text(tx.tenant()).TextArray({path})));
  if (rows.empty()) return std::nullopt;
  return ToUnit(rows[0]);
}

absl::StatusOr<std::set<std::string>> ExistingUnits(pg::Tx& tx,
                                                    const std::vector<std::string>& paths) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindUnits, pg::Args().Text(tx.tenant()).TextArray(paths)));
  std::set<std::string> found;
  for (const pg::Row row : rows) found.insert(row.Text("path"));
  return found;
}

absl::StatusOr<std::vector<UnitRow>> ListUnitsPage(pg::Tx& tx,
                                                   const std::vector<std::string>& scopes,
                                                   std::string_view under, std::string_view after,
                                                   int limit) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kListUnitsPage,
             pg::Args().Text(tx.tenant()).TextArray(scopes).Text(under).Text(after).Int(limit)));
  std::vector<UnitRow> units;
  for (const pg::Row row : rows) units.push_back(ToUnit(row));
  return units;
}

}  // namespace fiscus::identity
