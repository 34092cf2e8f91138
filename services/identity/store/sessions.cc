#include "services/identity/store/sessions.h"

#include "libs/core/status.h"
#include "services/identity/store/queries.h"

namespace fiscus::identity {

absl::Status InsertSession(pg::Tx& tx, std::string_view session_id, std::string_view user_id,
                           absl::Time now, absl::Time expires_at) {
  return tx
      .Run(sql::kInsertSession,
           pg::Args().Text(tx.tenant()).Text(session_id).Text(user_id).Time(now).Time(expires_at))
      .status();
}

absl::Status TouchSession(pg::Tx& tx, std::string_view session_id, absl::Time now) {
  return tx.RunExactly(1, sql::kTouchSession,
                       pg::Args().Text(tx.tenant()).Text(session_id).Time(now));
}

absl::StatusOr<std::vector<std::string>> EndSessions(pg::Tx& tx, std::string_view user_id,
                                                     const SessionSelection& selection,
                                                     std::string_view because, absl::Time now) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kRevokeSessions, pg::Args()
                                                    .Text(tx.tenant())
                                                    .Text(user_id)
                                                    .TextOrNull(selection.only)
                                                    .TextOrNull(selection.except)
                                                    .Time(now)
                                                    .Text(because)));
  std::vector<std::string> ended;
  for (const pg::Row row : rows) ended.push_back(row.Text("session_id"));
  return ended;
}

absl::StatusOr<std::optional<std::string>> FindRefreshOwner(pg::Tx& tx, std::string_view hash) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindRefreshOwner, pg::Args().Text(tx.tenant()).Bytes(hash)));
  if (rows.empty()) return std::nullopt;
  return rows[0].Text("user_id");
}

absl::StatusOr<LoadedRefreshToken> LoadRefreshToken(pg::Tx& tx, std::string_view hash) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadRefreshToken, pg::Args().Text(tx.tenant()).Bytes(hash)));
  // Its owner was found a moment ago; only the janitor removes rows.
  if (rows.empty()) return absl::AbortedError("the refresh token was removed meanwhile");
  const pg::Row row = rows[0];
  LoadedRefreshToken loaded = {.session_id = row.Text("session_id"), .facts = {}};
  loaded.facts.token_expires_at = row.Time("expires_at");
  if (!row.IsNull("spent_at")) loaded.facts.spent_at = row.Time("spent_at");
  loaded.facts.discarded = row.Bool("discarded");
  loaded.facts.successor_spent = row.Bool("successor_spent");
  loaded.facts.session_expires_at = row.Time("session_expires_at");
  loaded.facts.session_revoked = row.Bool("session_revoked");
  return loaded;
}

absl::Status InsertRefreshToken(pg::Tx& tx, const NewRefreshToken& token, absl::Time now) {
  pg::Args args;
  args.Text(tx.tenant()).Bytes(token.hash).Text(token.session_id);
  if (token.predecessor_hash.empty()) {
    args.Null();
  } else {
    args.Bytes(token.predecessor_hash);
  }
  return tx.Run(sql::kInsertRefreshToken, args.Time(now).Time(token.expires_at)).status();
}

absl::Status SpendRefreshToken(pg::Tx& tx, std::string_view hash, absl::Time now) {
  return tx.RunExactly(1, sql::kSpendRefreshToken,
                       pg::Args().Text(tx.tenant()).Bytes(hash).Time(now));
}

absl::Status DiscardSuccessor(pg::Tx& tx, std::string_view hash, absl::Time now) {
  return tx.RunExactly(1, sql::kDiscardSuccessor,
                       pg::Args().Text(tx.tenant()).Bytes(hash).Time(now));
}

absl::Status PublishRevocations(pg::Tx& tx, const std::vector<std::string>& subjects,
                                bool of_sessions, int64_t until_ms, absl::Time keep_until) {
  if (subjects.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(tx.Run(sql::kLockRevocations).status());
  return tx
      .Run(sql::kInsertRevocations, pg::Args()
                                        .Text(tx.tenant())
                                        .TextArray(subjects)
                                        .Bool(of_sessions)
                                        .Int(until_ms)
                                        .Time(keep_until))
      .status();
}

absl::StatusOr<std::vector<RevocationRow>> ListRevocationsAfter(pg::Tx& tx, int64_t cursor,
                                                                absl::Time now, int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kListRevocations, pg::Args().Int(cursor).Time(now).Int(limit)));
  std::vector<RevocationRow> revocations;
  for (const pg::Row row : rows) {
    revocations.push_back({.tenant = row.Text("tenant"),
                           .cursor = row.Int("cursor"),
                           .subject = row.Text("subject"),
                           .of_session = row.Bool("of_session"),
                           .not_before_ms = row.Int("not_before_ms")});
  }
  return revocations;
}

absl::StatusOr<int64_t> DeleteExpired(pg::Tx& tx, absl::Time sessions_before, absl::Time now,
                                      int portion) {
  ASSIGN_OR_RETURN(const pg::Rows sessions,
                   tx.Run(sql::kDeleteExpiredSessions,
                          pg::Args().Text(tx.tenant()).Time(sessions_before).Int(portion)));
  ASSIGN_OR_RETURN(
      const pg::Rows failures,
      tx.Run(sql::kDeleteExpiredFailures, pg::Args().Text(tx.tenant()).Time(now).Int(portion)));
  ASSIGN_OR_RETURN(const pg::Rows revocations,
                   tx.Run(sql::kDeleteExpiredRevocations, pg::Args().Text(tx.tenant()).Time(now)));
  return sessions.affected() + failures.affected() + revocations.affected();
}

}  // namespace fiscus::identity
