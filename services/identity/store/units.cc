#include "services/identity/store/units.h"

#include "libs/core/status.h"
#include "services/identity/store/queries.h"

namespace fiscus::identity {
namespace {

Unit ToUnit(const pg::Row& row) {
  return {.path = row.Text("path"),
          .code = row.Text("code"),
          .name = row.Text("name"),
          .kind = static_cast<int>(row.Int("kind")),
          .parent_path = row.Text("parent_path")};
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

absl::StatusOr<TenantState> FindTenant(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kFindTenant, pg::Args().Text(tx.tenant())));
  if (rows.empty()) return TenantState::kAbsent;
  return rows[0].Bool("disabled") ? TenantState::kDisabled : TenantState::kOpen;
}

absl::Status SetTenantDisabledAt(pg::Tx& tx, bool disabled, absl::Time now) {
  return tx.RunExactly(1, sql::kSetTenantDisabled,
                       pg::Args().Text(tx.tenant()).Bool(disabled).Time(now));
}

absl::Status LockTenant(pg::Tx& tx, TenantLock lock) {
  const pg::Query& query = lock == TenantLock::kAlone ? sql::kLockTenant : sql::kLockTenantShared;
  return tx.Run(query, pg::Args().Text(tx.tenant())).status();
}

absl::StatusOr<int64_t> InsertUnits(pg::Tx& tx, const std::vector<Unit>& units, absl::Time now) {
  std::vector<std::string> paths;
  std::vector<std::string> parents;
  std::vector<std::string> codes;
  std::vector<std::string> names;
  std::vector<int64_t> kinds;
  for (const Unit& unit : units) {
    paths.push_back(unit.path);
    parents.push_back(unit.parent_path);
    codes.push_back(unit.code);
    names.push_back(unit.name);
    kinds.push_back(unit.kind);
  }
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kInsertUnits, pg::Args()
                                                                      .Text(tx.tenant())
                                                                      .TextArray(paths)
                                                                      .TextOrNullArray(parents)
                                                                      .TextArray(codes)
                                                                      .TextArray(names)
                                                                      .IntArray(kinds)
                                                                      .Time(now)));
  return rows.affected();
}

absl::StatusOr<std::map<std::string, Unit>> FindUnits(pg::Tx& tx,
                                                      const std::vector<std::string>& paths) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindUnits, pg::Args().Text(tx.tenant()).TextArray(paths)));
  std::map<std::string, Unit> units;
  for (const pg::Row row : rows) units.emplace(row.Text("path"), ToUnit(row));
  return units;
}

absl::StatusOr<std::vector<Unit>> ListUnitsPage(pg::Tx& tx, const std::vector<std::string>& scopes,
                                                std::string_view under, std::string_view after,
                                                int limit) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kListUnitsPage,
             pg::Args().Text(tx.tenant()).TextArray(scopes).Text(under).Text(after).Int(limit)));
  std::vector<Unit> units;
  for (const pg::Row row : rows) units.push_back(ToUnit(row));
  return units;
}

}  // namespace fiscus::identity
