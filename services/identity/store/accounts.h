// People, their grants, and the roles that the tenant defined, in PostgreSQL.
//
// Lock order: an account's row first, then its sessions and refresh tokens; several accounts in the
// order of their ids.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/identity/domain/access.h"

namespace fiscus::identity {

struct Account {
  std::string user_id;
  std::string username;
  std::string display_name;
  std::string unit_path;
  std::string password_hash;
  bool disabled = false;
  bool must_change_password = false;  // somebody else chose it: tokens grant nothing
  int64_t last_issued_ms = 0;
  int64_t revoked_until_ms = 0;
};

absl::StatusOr<std::optional<Account>> FindAccountByName(pg::Tx& tx, std::string_view username);
absl::StatusOr<std::optional<Account>> FindAccount(pg::Tx& tx, std::string_view user_id);
// USER_NOT_FOUND.
absl::Status UserNotFound(std::string_view user_id);
// With its row lock, until the end of the transaction. USER_NOT_FOUND.
absl::StatusOr<Account> LockAccount(pg::Tx& tx, std::string_view user_id);
// All that hold the role, with their row locks.
absl::StatusOr<std::vector<Account>> LockRoleHolders(pg::Tx& tx, std::string_view role);
// All that were issued a token after `since`, with their row locks.
absl::StatusOr<std::vector<Account>> LockTokenHolders(pg::Tx& tx, absl::Time since);
// False if the user name is taken.
absl::StatusOr<bool> InsertAccount(pg::Tx& tx, const Account& account, absl::Time now);
// Accounts whose home is within any of the scopes and at or below `under` ("/": all), after a user
// name, in the order of names.
absl::StatusOr<std::vector<Account>> ListAccountsPage(pg::Tx& tx,
                                                      const std::vector<std::string>& scopes,
                                                      std::string_view under,
                                                      std::string_view after, int limit);
// User id → home unit, of those that exist.
absl::StatusOr<std::map<std::string, std::string>> HomeUnits(
    pg::Tx& tx, const std::vector<std::string>& user_ids);

// The account's row must be locked.
absl::Status SetPassword(pg::Tx& tx, std::string_view user_id, std::string_view hash,
                         bool must_change);
absl::Status SetDisabled(pg::Tx& tx, std::string_view user_id, bool disabled);
absl::Status SetTokenTimes(pg::Tx& tx, std::string_view user_id, int64_t last_issued_ms,
                           int64_t revoked_until_ms);

// User id → grants, ordered by unit and role; users without any are absent.
absl::StatusOr<std::map<std::string, std::vector<Grant>>> ListGrants(
    pg::Tx& tx, const std::vector<std::string>& user_ids);
absl::Status ReplaceGrants(pg::Tx& tx, std::string_view user_id, const std::vector<Grant>& grants);

// The tenant's own roles.
absl::StatusOr<RoleTable> ListOwnRoles(pg::Tx& tx);
absl::Status PutOwnRole(pg::Tx& tx, const Role& role, absl::Time now);

}  // namespace fiscus::identity
