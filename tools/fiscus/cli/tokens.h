// The tokens of a login, kept between runs in a file that only its owner can read.
//
// A refresh token is spent by its use, and using a spent one ends the whole session. So processes
// that run at once take turns: a refresh happens under a lock, and who gets the lock looks first
// whether another has refreshed already.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/runtime/clock.h"

namespace fiscus::cli {

struct Tokens {
  std::string access;
  std::string refresh;
  absl::Time expires_at = absl::InfinitePast();
};

// One login: a tenant at an address. Not thread-safe; processes may share the file.
class TokenStore {
 public:
  // `folder`: see StateFolder.
  TokenStore(std::string_view folder, std::string_view address, std::string_view tenant,
             const Clock& clock);

  // UNAUTHENTICATED where nobody is logged in, or the file is damaged.
  absl::StatusOr<Tokens> Load() const;
  absl::Status Save(const Tokens& tokens) const;
  absl::Status Clear() const;

  // Tokens that live for a while yet. `refresh` exchanges a refresh token; it is called under the
  // lock, and only if no other process was quicker. `dead`: an access token that the server
  // refused, to be replaced although it looks alive.
  absl::StatusOr<Tokens> Fresh(
      const std::string& dead,
      absl::FunctionRef<absl::StatusOr<Tokens>(const std::string&)> refresh) const;

 private:
  const std::string path_;
  const Clock& clock_;
};

}  // namespace fiscus::cli
