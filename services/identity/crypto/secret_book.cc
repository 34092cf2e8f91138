#include "services/identity/crypto/secret_book.h"

#include <fstream>

#include "libs/core/status.h"
#include "libs/core/text.h"

namespace fiscus::identity {
namespace {

absl::Status CheckLength(const std::string& whose, std::string_view secret) {
  if (secret.size() >= kSecretMin) return absl::OkStatus();
  return absl::InvalidArgumentError("the secret of " + whose + " is shorter than " +
                                    std::to_string(kSecretMin) + " characters");
}

// Digests are of one length, and equal ones in their first bytes tell nothing about the secrets.
bool Matches(std::string_view secret, const std::string& digest) {
  return ConstantTimeEquals(Sha256(secret), digest);
}

}  // namespace

absl::Status SecretBook::SetOperator(std::string_view secret) {
  RETURN_IF_ERROR(CheckLength("the operator", secret));
  operator_digest_ = Sha256(secret);
  return absl::OkStatus();
}

absl::Status SecretBook::AddService(const std::string& service, std::string_view secret) {
  RETURN_IF_ERROR(CheckLength("service " + service, secret));
  service_digests_[service] = Sha256(secret);
  return absl::OkStatus();
}

absl::Status SecretBook::AddFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError("cannot read the file of service secrets: " + path);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(path + ":" + std::to_string(number) +
                                        ": expected service=secret");
    }
    RETURN_IF_ERROR(AddService(line.substr(0, equals), line.substr(equals + 1)));
  }
  return absl::OkStatus();
}

bool SecretBook::IsOperator(std::string_view secret) const {
  return Matches(secret, operator_digest_.empty() ? std::string(32, '\0') : operator_digest_);
}

bool SecretBook::IsService(const std::string& service, std::string_view secret) const {
  const auto found = service_digests_.find(service);
  // All zeros is no digest of anything that can be found.
  return Matches(secret, found == service_digests_.end() ? std::string(32, '\0') : found->second);
}

}  // namespace fiscus::identity
