#include "tools/fiscus/cli/tokens.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "tools/fiscus/cli/files.h"

namespace fiscus::cli {
namespace {

// A token that ends sooner is renewed before it is used: it must outlive the way to the server.
constexpr absl::Duration kMargin = absl::Seconds(20);

absl::Status NotLoggedIn() {
  return Refuse(absl::StatusCode::kUnauthenticated, "NOT_LOGGED_IN",
                "not logged in: run `fiscus login`", {}, "fiscus.cli");
}

}  // namespace

// Named by a digest: addresses and tenants are no file names.
TokenStore::TokenStore(std::string_view folder, std::string_view address, std::string_view tenant,
                       const Clock& clock)
    : path_(absl::StrCat(
          ToAbsl(folder), "/tokens-",
          Hex(Sha256(absl::StrCat(ToAbsl(address), "\n", ToAbsl(tenant)))).substr(0, 16), ".json")),
      clock_(clock) {}

absl::StatusOr<Tokens> TokenStore::Load() const {
  const auto text = ReadFile(path_);
  if (!text.ok()) return NotLoggedIn();
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("access") || !json["access"].is_string() ||
      !json.contains("refresh") || !json["refresh"].is_string() ||
      !json.contains("expires_at_ms") || !json["expires_at_ms"].is_number_integer()) {
    return NotLoggedIn();
  }
  return Tokens{json["access"], json["refresh"], absl::FromUnixMillis(json["expires_at_ms"])};
}

absl::Status TokenStore::Save(const Tokens& tokens) const {
  const nlohmann::json json = {{"access", tokens.access},
                               {"refresh", tokens.refresh},
                               {"expires_at_ms", absl::ToUnixMillis(tokens.expires_at)}};
  return WritePrivateFile(path_, json.dump());
}

absl::Status TokenStore::Clear() const {
  unlink(path_.c_str());  // missing is as good as removed
  return absl::OkStatus();
}

absl::StatusOr<Tokens> TokenStore::Fresh(
    const std::string& dead,
    absl::FunctionRef<absl::StatusOr<Tokens>(const std::string&)> refresh) const {
  const auto alive = [this, &dead](const Tokens& tokens) {
    return tokens.access != dead && tokens.expires_at - kMargin > clock_.Now();
  };
  ASSIGN_OR_RETURN(Tokens tokens, Load());
  if (alive(tokens)) return tokens;
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(path_ + ".lock"));
  ASSIGN_OR_RETURN(tokens, Load());
  if (alive(tokens)) return tokens;
  if (tokens.refresh.empty()) return NotLoggedIn();
  auto renewed = refresh(tokens.refresh);
  if (!renewed.ok()) {
    if (!absl::IsUnauthenticated(renewed.status())) return renewed.status();
    RETURN_IF_ERROR(Clear());
    return NotLoggedIn();
  }
  RETURN_IF_ERROR(Save(*renewed));
  return renewed;
}

}  // namespace fiscus::cli
