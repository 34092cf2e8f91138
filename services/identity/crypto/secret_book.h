// Secrets that prove the installation's operator and our own services. Compared in time that
// depends on neither content nor length. Immutable after loading; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace fiscus::identity {

// A shorter secret could be guessed over the network, characters.
inline constexpr size_t kSecretMin = 16;

class SecretBook {
 public:
  // INVALID_ARGUMENT if too short; the error names whose it is, never the secret.
  absl::Status SetOperator(std::string_view secret);
  absl::Status AddService(const std::string& service, std::string_view secret);
  // Lines "service=secret"; empty lines and those that begin with '#' are passed over. The error
  // names the line.
  absl::Status AddFile(const std::string& path);

  bool IsOperator(std::string_view secret) const;
  // False for an unknown service, after the same comparison.
  bool IsService(const std::string& service, std::string_view secret) const;

 private:
  std::string operator_digest_;
  std::map<std::string, std::string> service_digests_;
};

}  // namespace fiscus::identity
