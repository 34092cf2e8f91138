#include "services/identity/domain/password.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "libs/core/status.h"
#include "services/identity/domain/common_passwords.h"
#include "services/identity/domain/reasons.h"

namespace fiscus::identity {
namespace {

// A piece of at most this many bytes, repeated, makes no password.
constexpr size_t kRepeatedPieceMax = 4;
// A user name shorter than this is in too many words to be looked for.
constexpr size_t kUsernameMin = 4;

absl::Status Weak(std::string_view rule, std::string_view message) {
  return Refuse(absl::StatusCode::kInvalidArgument, reason::kWeakPassword, message,
                {{"rule", std::string(rule)}});
}

// Number of code points; nullopt if the bytes are not UTF-8 (overlong forms and surrogates
// included).
std::optional<size_t> CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                          : lead >= 0xE0 && lead < 0xF0 ? 3
                          : lead >= 0xF0 && lead < 0xF5 ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size()) return std::nullopt;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return std::nullopt;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return std::nullopt;
    }
    i += length;
  }
  return count;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The word under the usual swaps: "P@ssw0rd-2026!" → "password".
std::string Plain(std::string_view text) {
  std::string out = Lower(text);
  while (!out.empty() && !(out.back() >= 'a' && out.back() <= 'z')) out.pop_back();
  for (char& c : out) {
    switch (c) {
      case '@':
      case '4':
        c = 'a';
        break;
      case '0':
        c = 'o';
        break;
      case '1':
      case '!':
        c = 'i';
        break;
      case '3':
        c = 'e';
        break;
      case '$':
      case '5':
        c = 's';
        break;
      case '7':
        c = 't';
        break;
      default:
        break;
    }
  }
  std::erase_if(out, [](char c) { return c == ' ' || c == '-' || c == '_' || c == '.'; });
  return out;
}

bool IsRepeated(std::string_view text) {
  for (size_t piece = 1; piece <= kRepeatedPieceMax && piece < text.size(); ++piece) {
    size_t i = piece;
    while (i < text.size() && text[i] == text[i - piece]) ++i;
    if (i == text.size()) return true;
  }
  return false;
}

// True if the whole text is a run, forwards or backwards, through one of the rows (which wrap
// around).
bool IsSequence(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kRows = {"0123456789",
                                                            "1234567890",
                                                            "abcdefghijklmnopqrstuvwxyz",
                                                            "qwertyuiopasdfghjklzxcvbnm",
                                                            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
                                                            "qazwsxedcrfvtgbyhnujmikolp"};
  return std::any_of(kRows.begin(), kRows.end(), [text](std::string_view row) {
    const size_t at = row.find(text[0]);
    if (at == std::string_view::npos) return false;
    bool forwards = true;
    bool backwards = true;
    for (size_t i = 1; i < text.size(); ++i) {
      forwards = forwards && text[i] == row[(at + i) % row.size()];
      backwards = backwards && text[i] == row[(at + row.size() - i % row.size()) % row.size()];
    }
    return forwards || backwards;
  });
}

bool IsCommon(std::string_view password) {
  const std::string lower = Lower(password);
  const std::string plain = Plain(password);
  return std::any_of(kCommonPasswords.begin(), kCommonPasswords.end(),
                     [&](std::string_view common) {
                       return lower == common || plain == common || plain == Plain(common);
                     });
}

}  // namespace

absl::Status CheckPassword(std::string_view password, std::string_view username) {
  if (password.size() > kPasswordBytesMax) {
    return Weak("LENGTH", "at most " + std::to_string(kPasswordBytesMax) + " bytes");
  }
  const std::optional<size_t> characters = CountCodePoints(password);
  if (!characters.has_value()) return Weak("CHARACTERS", "not UTF-8");
  if (*characters < kPasswordCharactersMin) {
    return Weak("LENGTH", "at least " + std::to_string(kPasswordCharactersMin) +
                              " characters; several words make a good password");
  }
  const std::string lower = Lower(password);
  if (username.size() >= kUsernameMin && lower.find(Lower(username)) != std::string::npos) {
    return Weak("USERNAME", "must not contain the user's name");
  }
  if (IsRepeated(lower)) return Weak("REPEATED", "a short piece repeated is guessed at once");
  if (IsSequence(lower))
    return Weak("SEQUENCE", "a run along the keyboard or the alphabet is guessed at once");
  if (IsCommon(password)) return Weak("COMMON", "among the most used passwords");
  return absl::OkStatus();
}

absl::Status CheckNewPassword(std::string_view password, std::string_view present) {
  if (password != present) return absl::OkStatus();
  return Weak("UNCHANGED", "this is the present password; choose another");
}

}  // namespace fiscus::identity
