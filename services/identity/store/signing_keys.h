// Signing keys of the installation in PostgreSQL; they belong to no tenant.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/identity/domain/keys.h"

namespace fiscus::identity {

// The tenant that transactions of the installation itself run under: no row belongs to it but the
// records of what the operator did for the whole installation.
inline constexpr std::string_view kInstallation = "*";

struct SigningKeyRow {
  KeyTimes times;
  std::string x;  // base64url
  std::string y;
  std::string private_sealed;
  absl::Time created_at;
};

absl::StatusOr<std::vector<SigningKeyRow>> ListSigningKeys(pg::Tx& tx);
// Until the end of the transaction nobody else makes or drops keys.
absl::Status LockSigningKeys(pg::Tx& tx);
absl::Status InsertSigningKey(pg::Tx& tx, const SigningKeyRow& key);
absl::Status DeleteSigningKeys(pg::Tx& tx, const std::vector<std::string>& kids);

}  // namespace fiscus::identity
