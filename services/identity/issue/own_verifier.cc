#include "services/identity/issue/own_verifier.h"

#include <vector>

#include "libs/core/status.h"
#include "services/identity/store/sessions.h"

namespace fiscus::identity {
namespace {

constexpr absl::Duration kDatabaseTime = absl::Seconds(5);
constexpr absl::Duration kStaleMax = absl::Seconds(60);
constexpr int kPortion = 10'000;

}  // namespace

absl::Status OwnVerifier::Refresh() {
  const std::lock_guard only_me(refreshing_);
  const absl::Time asked_at = clock_.Now();
  std::vector<RevocationRow> rows;
  RETURN_IF_ERROR(database_.Read(
      kInstallation, SystemClock().Now() + kDatabaseTime, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(rows, ListRevocationsAfter(tx, cursor_, asked_at, kPortion));
        return absl::OkStatus();
      }));
  const std::lock_guard lock(mutex_);
  for (const RevocationRow& row : rows) {
    revocations_.Add(row.tenant, row.subject, row.of_session, row.not_before_ms);
    cursor_ = row.cursor;
  }
  revocations_.DropOlderThan(
      absl::ToUnixMillis(asked_at - options_.lifetime - keys_.policy().skew));
  // A full portion may not be all: then the copy is no fresher than before.
  if (rows.size() < kPortion) fresh_at_ = asked_at;
  return absl::OkStatus();
}

absl::StatusOr<Caller> OwnVerifier::Verify(std::string_view token, absl::Time now) const {
  ASSIGN_OR_RETURN(const std::vector<PublicKey> published, keys_.Published());
  rpc::PublicKeys keys;
  for (const PublicKey& key : published) {
    keys[key.kid] = R"({"kty":"EC","crv":"P-256","x":")" + key.x + R"(","y":")" + key.y + R"("})";
  }
  ASSIGN_OR_RETURN(rpc::TokenClaims claims,
                   rpc::VerifySignedToken(token, keys, options_.issuer, options_.audience, now,
                                          keys_.policy().skew));
  const std::lock_guard lock(mutex_);
  if (clock_.Now() - fresh_at_ > kStaleMax) {
    return absl::UnavailableError("revocations are too old: the database does not answer");
  }
  if (revocations_.IsRevoked(claims)) {
    return Refuse(absl::StatusCode::kUnauthenticated, "TOKEN_REVOKED",
                  "the session was ended; log in again", {}, kCommonDomain);
  }
  return std::move(claims.caller);
}

}  // namespace fiscus::identity
