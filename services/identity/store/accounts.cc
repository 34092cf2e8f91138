#include "services/identity/store/accounts.h"

#include "absl/strings/str_split.h"
#include "libs/core/status.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/store/queries.h"

namespace fiscus::identity {
namespace {

Account ToAccount(const pg::Row& row) {
  return {.user_id = row.Text("user_id"),
          .username = row.Text("username"),
          .display_name = row.Text("display_name"),
          .unit_path = row.Text("unit_path"),
          .password_hash = row.Text("password_hash"),
          .disabled = row.Bool("disabled"),
          .must_change_password = row.Bool("must_change_password"),
          .last_issued_ms = row.Int("last_issued_ms"),
          .revoked_until_ms = row.Int("revoked_until_ms")};
}

std::vector<Account> ToAccounts(const pg::Rows& rows) {
  std::vector<Account> accounts;
  for (const pg::Row row : rows) accounts.push_back(ToAccount(row));
  return accounts;
}

absl::StatusOr<std::optional<Account>> FindOne(pg::Tx& tx, const pg::Query& query,
                                               std::string_view key) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(query, pg::Args().Text(tx.tenant()).Text(key)));
  if (rows.empty()) return std::nullopt;
  return ToAccount(rows[0]);
}

}  // namespace

absl::StatusOr<std::optional<Account>> FindAccountByName(pg::Tx& tx, std::string_view username) {
  return FindOne(tx, sql::kFindAccountByName, username);
}

absl::StatusOr<std::optional<Account>> FindAccount(pg::Tx& tx, std::string_view user_id) {
  return FindOne(tx, sql::kFindAccount, user_id);
}

absl::Status UserNotFound(std::string_view user_id) {
  return Refuse(absl::StatusCode::kNotFound, reason::kUserNotFound,
                "no user " + std::string(user_id), {{"user_id", std::string(user_id)}});
}

absl::StatusOr<Account> LockAccount(pg::Tx& tx, std::string_view user_id) {
  ASSIGN_OR_RETURN(std::optional<Account> account, FindOne(tx, sql::kLockAccount, user_id));
  if (!account.has_value()) return UserNotFound(user_id);
  return *std::move(account);
}

absl::StatusOr<std::vector<Account>> LockRoleHolders(pg::Tx& tx, std::string_view role) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kListRoleHolders, pg::Args().Text(tx.tenant()).Text(role)));
  return ToAccounts(rows);
}

absl::StatusOr<std::vector<Account>> LockTokenHolders(pg::Tx& tx, absl::Time since) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kListTokenHolders, pg::Args().Text(tx.tenant()).Int(absl::ToUnixMillis(since))));
  return ToAccounts(rows);
}

absl::StatusOr<bool> InsertAccount(pg::Tx& tx, const Account& account, absl::Time now) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kInsertAccount, pg::Args()
                                                   .Text(tx.tenant())
                                                   .Text(account.user_id)
                                                   .Text(account.username)
                                                   .Text(account.display_name)
                                                   .Text(account.unit_path)
                                                   .Text(account.password_hash)
                                                   .Bool(account.must_change_password)
                                                   .Time(now)));
  return rows.affected() == 1;
}

absl::StatusOr<std::vector<Account>> ListAccountsPage(pg::Tx& tx,
                                                      const std::vector<std::string>& scopes,
                                                      std::string_view under,
                                                      std::string_view after, int limit) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kListAccountsPage,
             pg::Args().Text(tx.tenant()).TextArray(scopes).Text(under).Text(after).Int(limit)));
  return ToAccounts(rows);
}

absl::StatusOr<std::map<std::string, std::string>> HomeUnits(
    pg::Tx& tx, const std::vector<std::string>& user_ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kListHomeUnits, pg::Args().Text(tx.tenant()).TextArray(user_ids)));
  std::map<std::string, std::string> homes;
  for (const pg::Row row : rows) homes[row.Text("user_id")] = row.Text("unit_path");
  return homes;
}

absl::Status SetPassword(pg::Tx& tx, std::string_view user_id, std::string_view hash,
                         bool must_change) {
  return tx.RunExactly(1, sql::kSetPassword,
                       pg::Args().Text(tx.tenant()).Text(user_id).Text(hash).Bool(must_change));
}

absl::Status SetDisabled(pg::Tx& tx, std::string_view user_id, bool disabled) {
  return tx.RunExactly(1, sql::kSetDisabled,
                       pg::Args().Text(tx.tenant()).Text(user_id).Bool(disabled));
}

absl::Status SetTokenTimes(pg::Tx& tx, std::string_view user_id, int64_t last_issued_ms,
                           int64_t revoked_until_ms) {
  return tx.RunExactly(
      1, sql::kSetTokenTimes,
      pg::Args().Text(tx.tenant()).Text(user_id).Int(last_issued_ms).Int(revoked_until_ms));
}

absl::StatusOr<std::map<std::string, std::vector<Grant>>> ListGrants(
    pg::Tx& tx, const std::vector<std::string>& user_ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kListGrants, pg::Args().Text(tx.tenant()).TextArray(user_ids)));
  std::map<std::string, std::vector<Grant>> grants;
  for (const pg::Row row : rows) {
    grants[row.Text("user_id")].push_back(
        {.role = row.Text("role"), .unit_path = row.Text("unit_path")});
  }
  return grants;
}

absl::Status ReplaceGrants(pg::Tx& tx, std::string_view user_id, const std::vector<Grant>& grants) {
  RETURN_IF_ERROR(tx.Run(sql::kDeleteGrants, pg::Args().Text(tx.tenant()).Text(user_id)).status());
  std::vector<std::string> roles;
  std::vector<std::string> paths;
  for (const Grant& grant : grants) {
    roles.push_back(grant.role);
    paths.push_back(grant.unit_path);
  }
  return tx
      .Run(sql::kInsertGrants,
           pg::Args().Text(tx.tenant()).Text(user_id).TextArray(roles).TextArray(paths))
      .status();
}

absl::StatusOr<RoleTable> ListOwnRoles(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kListRoles, pg::Args().Text(tx.tenant())));
  RoleTable roles;
  for (const pg::Row row : rows) {
    const std::vector<std::string> intents =
        absl::StrSplit(row.Text("intents"), ' ', absl::SkipEmpty());
    roles[row.Text("name")] = {.name = row.Text("name"),
                               .description = row.Text("description"),
                               .intents = {intents.begin(), intents.end()},
                               .built_in = false};
  }
  return roles;
}

absl::Status PutOwnRole(pg::Tx& tx, const Role& role, absl::Time now) {
  const std::vector<std::string> intents(role.intents.begin(), role.intents.end());
  return tx
      .Run(sql::kPutRole, pg::Args()
                              .Text(tx.tenant())
                              .Text(role.name)
                              .Text(role.description)
                              .TextArray(intents)
                              .Time(now))
      .status();
}

}  // namespace fiscus::identity
