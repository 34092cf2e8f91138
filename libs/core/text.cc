#include "libs/core/text.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"

namespace fiscus {
namespace {

constexpr size_t kUnitPartMax = 40;
constexpr int kUnitPartsMax = 20;

bool IsPartCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

std::string Hex(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return {digest.begin(), digest.end()};
}

std::string Base64UrlEncode(std::string_view bytes) {
  std::string out;
  absl::WebSafeBase64Escape(ToAbsl(bytes), &out);
  while (!out.empty() && out.back() == '=') out.pop_back();
  return out;
}

std::optional<std::string> Base64UrlDecode(std::string_view text) {
  const bool clean =
      std::all_of(text.begin(), text.end(), [](char c) { return IsPartCharacter(c); });
  std::string out;
  if (!clean || !absl::WebSafeBase64Unescape(ToAbsl(text), &out)) return std::nullopt;
  return out;
}

bool IsUnitPath(std::string_view path) {
  if (path.size() < 3 || path.front() != '/' || path.back() != '/') return false;
  int parts = 0;
  size_t length = 0;
  for (const char c : path.substr(1)) {
    if (c == '/') {
      if (length == 0 || length > kUnitPartMax || ++parts > kUnitPartsMax) return false;
      length = 0;
    } else {
      if (!IsPartCharacter(c)) return false;
      ++length;
    }
  }
  return true;
}

bool IsWithin(std::string_view path, std::string_view prefix) {
  return path.substr(0, prefix.size()) == prefix && !prefix.empty() && prefix.back() == '/';
}

bool ConstantTimeEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace fiscus
