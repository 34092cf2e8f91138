// YAML for people and for tools that want it, out of the API's JSON.
#pragma once

#include <string>
#include <string_view>

namespace fiscus::cli {

// The JSON as block YAML, members in their order. Texts are always quoted, so that none becomes a
// number, a date or a truth value; "{}" and "[]" stand for what is empty. "" for what is no JSON.
std::string YamlOfJson(std::string_view json);

}  // namespace fiscus::cli
