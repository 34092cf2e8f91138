#include "tools/fiscus/cli/settings.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/tabular/cell.h"
#include "tools/fiscus/cli/files.h"

namespace fiscus::cli {
namespace {

constexpr int kTimeoutMax_s = 86'400;

bool IsContextName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool IsKey(std::string_view key) {
  const auto& specs = SettingSpecs();
  return std::any_of(specs.begin(), specs.end(), [key](const SettingSpec& spec) {
    return spec.in_context && spec.name == key;
  });
}

// The text of a basic TOML string without escapes other than \" and \\.
bool Unquote(std::string_view text, std::string& value) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  value.clear();
  while (!text.empty()) {
    if (text.front() == '"') return false;
    if (text.front() == '\\') {
      text.remove_prefix(1);
      if (text.empty() || (text.front() != '"' && text.front() != '\\')) return false;
    }
    value += text.front();
    text.remove_prefix(1);
  }
  return true;
}

std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string HomeFolder(const Environment& environment, const char* variable,
                       const char* otherwise) {
  const std::string folder = environment.variable(variable);
  if (!folder.empty()) return folder + "/fiscus";
  return environment.variable("HOME") + otherwise + "/fiscus";
}

// The first source that names the setting.
Setting Resolve(const SettingSpec& spec, const Environment& environment, const Arguments& flags,
                const std::map<std::string, std::string>& in_file, const std::string& context) {
  if (flags.Has(spec.name)) return {flags.Get(spec.name), "flag"};
  const std::string variable(spec.variable);
  if (std::string value = variable.empty() ? "" : environment.variable(variable); !value.empty()) {
    return {std::move(value), variable};
  }
  const auto found = in_file.find(std::string(spec.name));
  if (found != in_file.end()) return {found->second, "context " + context};
  return {std::string(spec.default_value), "default"};
}

}  // namespace

const std::vector<SettingSpec>& SettingSpecs() {
  static const std::vector<SettingSpec> specs = {
      {"address", "FISCUS_ADDRESS", "127.0.0.1:8443", "host:port of the gateway"},
      {"ca", "FISCUS_CA", "",
       "PEM file of the authority that signed the gateway's certificate; empty: the system's"},
      {"server-name", "FISCUS_SERVER_NAME", "",
       "name in the gateway's certificate if it is not the address's host"},
      {"tenant", "FISCUS_TENANT", "", "tenant's slug"},
      {"username", "FISCUS_USERNAME", "", "user name for login"},
      {"under", "FISCUS_UNDER", "", "unit path below which an import places its units"},
      {"output", "FISCUS_OUTPUT", "table", "table, wide, json, jsonl, yaml, csv or name"},
      {"timeout", "FISCUS_TIMEOUT", "30", "seconds until a call is given up"},
      {"columns", "", "", "columns of a table or CSV: dotted field paths, separated by commas",
       false},
  };
  return specs;
}

absl::StatusOr<ConfigFile> ConfigFile::Parse(std::string_view text) {
  ConfigFile file;
  std::map<std::string, std::string>* table = nullptr;
  int number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string line = tabular::Trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const auto wrong = [number](std::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", ToAbsl(what)));
    };
    if (line.front() == '[') {
      constexpr std::string_view kStart = "[context.";
      if (!line.starts_with(kStart) || line.back() != ']') return wrong("wants [context.NAME]");
      const std::string name = line.substr(kStart.size(), line.size() - kStart.size() - 1);
      if (!IsContextName(name))
        return wrong("a context's name is made of letters, digits, - and _");
      table = &file.contexts[name];
      continue;
    }
    const size_t equals = line.find('=');
    if (equals == std::string::npos) return wrong("wants key = \"value\"");
    const std::string key = tabular::Trimmed(std::string_view(line).substr(0, equals));
    std::string value;
    if (!Unquote(tabular::Trimmed(std::string_view(line).substr(equals + 1)), value))
      return wrong("wants a text in double quotes");
    if (table == nullptr && key == "current_context") {
      file.current_context = value;
    } else if (table != nullptr && IsKey(key)) {
      (*table)[key] = value;
    } else {
      return wrong("does not know the key " + key);
    }
  }
  return file;
}

std::string ConfigFile::Text() const {
  std::string text = "# Configuration of the fiscus command line; see `fiscus config --help`.\n";
  if (!current_context.empty())
    absl::StrAppend(&text, "current_context = ", Quote(current_context), "\n");
  for (const auto& [name, values] : contexts) {
    absl::StrAppend(&text, "\n[context.", name, "]\n");
    for (const auto& [key, value] : values) absl::StrAppend(&text, key, " = ", Quote(value), "\n");
  }
  return text;
}

std::string SettingsJson(const Settings& settings) {
  nlohmann::ordered_json json;
  json["context"] = settings.context;
  for (const auto& [name, setting] : settings.values)
    json["settings"][name] = {{"value", setting.value}, {"origin", setting.origin}};
  return json.dump() + "\n";
}

std::string ConfigPath(const Environment& environment) {
  const std::string path = environment.variable("FISCUS_CONFIG");
  return path.empty() ? HomeFolder(environment, "XDG_CONFIG_HOME", "/.config") + "/config.toml"
                      : path;
}

std::string StateFolder(const Environment& environment) {
  return HomeFolder(environment, "XDG_STATE_HOME", "/.local/state");
}

absl::StatusOr<ConfigFile> LoadConfigFile(const Environment& environment) {
  const std::string path = ConfigPath(environment);
  if (!std::filesystem::exists(path)) return ConfigFile{};
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  auto file = ConfigFile::Parse(text);
  if (!file.ok())
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", file.status().message()));
  return file;
}

absl::Status SaveConfigFile(const Environment& environment, const ConfigFile& file) {
  return WritePrivateFile(ConfigPath(environment), file.Text());
}

absl::StatusOr<Settings> ResolveSettings(const Environment& environment, const Arguments& flags) {
  ASSIGN_OR_RETURN(ConfigFile file, LoadConfigFile(environment));
  Settings settings;
  settings.context = flags.Get("context");
  if (settings.context.empty()) settings.context = environment.variable("FISCUS_CONTEXT");
  const bool asked = !settings.context.empty();
  if (!asked) settings.context = file.current_context;
  const bool known = file.contexts.contains(settings.context);
  if (asked && !known) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no context '", settings.context, "' in ", ConfigPath(environment)));
  }
  for (const SettingSpec& spec : SettingSpecs()) {
    settings.values[std::string(spec.name)] =
        Resolve(spec, environment, flags,
                known ? file.contexts[settings.context] : std::map<std::string, std::string>(),
                settings.context);
  }
  int seconds = 0;
  const Setting& timeout = settings.values["timeout"];
  if (!absl::SimpleAtoi(timeout.value, &seconds) || seconds < 1 || seconds > kTimeoutMax_s) {
    return absl::InvalidArgumentError(absl::StrCat("timeout wants 1 to ", kTimeoutMax_s,
                                                   " seconds, not '", timeout.value, "' (",
                                                   timeout.origin, ")"));
  }
  return settings;
}

}  // namespace fiscus::cli
