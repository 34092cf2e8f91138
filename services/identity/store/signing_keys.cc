#include "services/identity/store/signing_keys.h"

#include "libs/core/status.h"
#include "services/identity/store/queries.h"

namespace fiscus::identity {

absl::StatusOr<std::vector<SigningKeyRow>> ListSigningKeys(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kListSigningKeys));
  std::vector<SigningKeyRow> keys;
  for (const pg::Row row : rows) {
    keys.push_back({.times = {.kid = row.Text("kid"), .signs_from = row.Time("signs_from")},
                    .x = row.Text("x"),
                    .y = row.Text("y"),
                    .private_sealed = row.Bytes("private_sealed"),
                    .created_at = row.Time("created_at")});
  }
  return keys;
}

absl::Status LockSigningKeys(pg::Tx& tx) { return tx.Run(sql::kLockSigningKeys).status(); }

absl::Status InsertSigningKey(pg::Tx& tx, const SigningKeyRow& key) {
  return tx
      .Run(sql::kInsertSigningKey, pg::Args()
                                       .Text(key.times.kid)
                                       .Text(key.x)
                                       .Text(key.y)
                                       .Bytes(key.private_sealed)
                                       .Time(key.created_at)
                                       .Time(key.times.signs_from))
      .status();
}

absl::Status DeleteSigningKeys(pg::Tx& tx, const std::vector<std::string>& kids) {
  if (kids.empty()) return absl::OkStatus();
  return tx.Run(sql::kDeleteSigningKeys, pg::Args().TextArray(kids)).status();
}

}  // namespace fiscus::identity
