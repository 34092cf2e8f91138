// The life of a service process: flags, configuration, signals. Used by main.cc only.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace fiscus {

// The command line that every service has.
struct Flags {
  std::string config_path;
  bool migrate = false;       // migrate the database and end
  bool check_config = false;  // read the configuration and end
};

// Parses --config FILE, --migrate, --check-config, --help, --version. Ends the process on --help,
// --version (0) and on unknown flags (2, one line on stderr). Sets the log's service name.
Flags ParseFlagsOrExit(std::string_view service, int argc, char** argv);

// Reads a textproto; unknown fields and wrong types are errors that name line and column.
absl::Status LoadConfig(const std::string& path, google::protobuf::Message* config);

// The value of an environment variable that must not be empty; the error names the variable, never
// the value.
absl::StatusOr<std::string> RequireEnv(const std::string& name);

// Prints "service: message" on stderr and ends with exit code 2: wrong configuration.
[[noreturn]] void ExitConfig(std::string_view service, const absl::Status& status);

// Blocks SIGTERM and SIGINT in this and all later threads; call first in main.
void BlockSignals();
// Waits for SIGTERM or SIGINT.
void WaitForSignal();

}  // namespace fiscus
