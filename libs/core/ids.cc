#include "libs/core/ids.h"

#include <array>

#include "libs/core/text.h"

namespace fiscus {
namespace {

std::string Format(std::array<unsigned char, 16> bytes, unsigned char version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string hex = Hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (const size_t dash : {8, 13, 18, 23}) hex.insert(dash, "-");
  return hex;
}

}  // namespace

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

std::string MakeUuidV7(absl::Time time, uint64_t random_high, uint64_t random_low) {
  const auto millis = static_cast<uint64_t>(absl::ToUnixMillis(time));
  std::array<unsigned char, 16> bytes{};
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(millis >> (8 * (5 - i)));
  for (int i = 0; i < 2; ++i) bytes[6 + i] = static_cast<unsigned char>(random_high >> (8 * i));
  for (int i = 0; i < 8; ++i) bytes[8 + i] = static_cast<unsigned char>(random_low >> (8 * i));
  return Format(bytes, 7);
}

std::string NamedUuid(std::string_view space, std::string_view name) {
  std::string text(space);
  text.push_back('\0');
  text += name;
  const std::string digest = Sha256(text);
  std::array<unsigned char, 16> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(digest[i]);
  return Format(bytes, 8);
}

}  // namespace fiscus
