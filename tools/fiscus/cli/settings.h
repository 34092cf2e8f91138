// Where to call, as whom, and how to print. Each value comes from the first that names it: flag,
// environment (FISCUS_*), the context of the configuration file, default; and remembers which, for
// `fiscus config view --origin`.
//
// The file (~/.config/fiscus/config.toml) is the subset of TOML that it needs: comments,
// [context.NAME] tables, key = "text".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tools/fiscus/cli/command.h"
#include "tools/fiscus/cli/environment.h"

namespace fiscus::cli {

// What can be set; used for flags, variables, the file's keys and `config view`.
struct SettingSpec {
  std::string_view name;      // "address"
  std::string_view variable;  // "FISCUS_ADDRESS"
  std::string_view default_value;
  std::string_view help;
  bool in_context = true;  // may stand in the file
};
const std::vector<SettingSpec>& SettingSpecs();

// The configuration file.
struct ConfigFile {
  std::string current_context;
  std::map<std::string, std::map<std::string, std::string>> contexts;

  // Refuses what it does not understand, with the line's number.
  static absl::StatusOr<ConfigFile> Parse(std::string_view text);
  std::string Text() const;
};

struct Setting {
  std::string value;
  std::string origin;  // "flag", "FISCUS_ADDRESS", "context demo", "default"
};

struct Settings {
  std::string context;  // name; "" if none
  std::map<std::string, Setting, std::less<>> values;

  const std::string& Get(std::string_view name) const { return values.find(name)->second.value; }
};

// {"context":…,"settings":{"address":{"value":…,"origin":…},…}} on one line.
std::string SettingsJson(const Settings& settings);

// Folder and file of the configuration: $FISCUS_CONFIG, else $XDG_CONFIG_HOME/fiscus/config.toml,
// else ~/.config/….
std::string ConfigPath(const Environment& environment);
// Folder for tokens: $XDG_STATE_HOME/fiscus, else ~/.local/state/fiscus.
std::string StateFolder(const Environment& environment);

// A missing file is an empty one.
absl::StatusOr<ConfigFile> LoadConfigFile(const Environment& environment);
absl::Status SaveConfigFile(const Environment& environment, const ConfigFile& file);

// `flags`: global flags as given. Refuses a context that does not exist, and a timeout that is no
// number of seconds.
absl::StatusOr<Settings> ResolveSettings(const Environment& environment, const Arguments& flags);

}  // namespace fiscus::cli
