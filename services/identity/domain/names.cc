#include "services/identity/domain/names.h"

#include <algorithm>

#include "libs/core/text.h"

namespace fiscus::identity {
namespace {

constexpr size_t kSlugMax = 40;
constexpr size_t kDisplayNameMax = 200;

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A lower-case letter, then 1..39 lower-case letters, digits or `extra`.
bool IsSlug(std::string_view text, std::string_view extra) {
  if (text.size() < 2 || text.size() > kSlugMax || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [extra](char c) {
    return IsLowerOrDigit(c) || extra.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool IsTenantSlug(std::string_view slug) { return IsSlug(slug, "-"); }

bool IsUsername(std::string_view name) { return IsSlug(name, "._-"); }

bool IsUnitCode(std::string_view code) {
  return IsUnitPath("/" + std::string(code) + "/") && code.find('/') == code.npos;
}

bool IsDisplayName(std::string_view name) {
  if (name.empty() || name.size() > kDisplayNameMax) return false;
  return std::none_of(name.begin(), name.end(),
                      [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; });
}

std::string ChildPath(std::string_view parent_path, std::string_view code) {
  std::string path(parent_path);
  path += code;
  path += '/';
  return path;
}

}  // namespace fiscus::identity
