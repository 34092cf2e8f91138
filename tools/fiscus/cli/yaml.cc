#include "tools/fiscus/cli/yaml.h"

#include <nlohmann/json.hpp>

namespace fiscus::cli {
namespace {

using nlohmann::ordered_json;

bool IsBlock(const ordered_json& value) { return value.is_structured() && !value.empty(); }

// `value` from the place where the cursor stands; further lines are indented. JSON's scalars and
// empty structures are YAML's as well.
void Write(const ordered_json& value, size_t indent, std::string& text) {
  if (!IsBlock(value)) {
    text += value.dump() + "\n";
    return;
  }
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    if (!first) text.append(indent, ' ');
    first = false;
    text += value.is_array() ? "-" : key + ":";
    // An element of a list begins on the dash's line, a member's block on the next one.
    if (IsBlock(item) && value.is_object()) {
      text += "\n" + std::string(indent + 2, ' ');
    } else {
      text += ' ';
    }
    Write(item, indent + 2, text);
  }
}

}  // namespace

std::string YamlOfJson(std::string_view json) {
  const ordered_json value = ordered_json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return "";
  std::string text;
  Write(value, 0, text);
  return text;
}

}  // namespace fiscus::cli
