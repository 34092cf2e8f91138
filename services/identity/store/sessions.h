// Sessions, their refresh tokens, and revocations, in PostgreSQL. All writers hold the account's
// row lock first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/identity/domain/session.h"

namespace fiscus::identity {

// Why a session ended; stored.
inline constexpr std::string_view kEndedByLogout = "LOGOUT";
inline constexpr std::string_view kEndedByReuse = "REUSE";
inline constexpr std::string_view kEndedByDisabling = "DISABLED";
inline constexpr std::string_view kEndedByPassword = "PASSWORD";
inline constexpr std::string_view kEndedByAdministrator = "ADMINISTRATOR";

struct NewRefreshToken {
  std::string hash;  // SHA-256, raw
  std::string session_id;
  std::string predecessor_hash;  // empty: made by the login
  absl::Time expires_at;
};

absl::Status InsertSession(pg::Tx& tx, std::string_view session_id, std::string_view user_id,
                           absl::Time now, absl::Time expires_at);
absl::Status TouchSession(pg::Tx& tx, std::string_view session_id, absl::Time now);

// Which live sessions of a user to end.
struct SessionSelection {
  std::string only;    // this one; empty: all
  std::string except;  // all but this one; empty: no exception
};
// Ends them; the ids of those that were alive.
absl::StatusOr<std::vector<std::string>> EndSessions(pg::Tx& tx, std::string_view user_id,
                                                     const SessionSelection& selection,
                                                     std::string_view because, absl::Time now);

// The user of a refresh token; nullopt if there is no such token. Locks nothing.
absl::StatusOr<std::optional<std::string>> FindRefreshOwner(pg::Tx& tx, std::string_view hash);
struct LoadedRefreshToken {
  std::string session_id;
  RefreshFacts facts;  // user_disabled is the caller's to fill
};
absl::StatusOr<LoadedRefreshToken> LoadRefreshToken(pg::Tx& tx, std::string_view hash);
absl::Status InsertRefreshToken(pg::Tx& tx, const NewRefreshToken& token, absl::Time now);
absl::Status SpendRefreshToken(pg::Tx& tx, std::string_view hash, absl::Time now);
absl::Status DiscardSuccessor(pg::Tx& tx, std::string_view hash, absl::Time now);

// Tells verifiers that tokens of these users (or sessions) issued at or before `until_ms` are dead.
// `keep_until` must be after the expiry of every such token.
absl::Status PublishRevocations(pg::Tx& tx, const std::vector<std::string>& subjects,
                                bool of_sessions, int64_t until_ms, absl::Time keep_until);

struct RevocationRow {
  std::string tenant;
  int64_t cursor = 0;
  std::string subject;
  bool of_session = false;
  int64_t not_before_ms = 0;
};
// Of all tenants, in the order of commits.
absl::StatusOr<std::vector<RevocationRow>> ListRevocationsAfter(pg::Tx& tx, int64_t cursor,
                                                                absl::Time now, int limit);

// Deletes what no decision needs any more, in bounded portions; the number of rows.
absl::StatusOr<int64_t> DeleteExpired(pg::Tx& tx, absl::Time sessions_before, absl::Time now,
                                      int portion);

}  // namespace fiscus::identity
