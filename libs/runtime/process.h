// The life of a service process: flags, configuration, signals. Used by main.cc only.
//
//   int main(int argc, char** argv) {
//     return fiscus::RunService<Config>("budget", argc, argv, Check, Migrate, Serve);
//   }
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/runtime/common_config.h"
#include "libs/runtime/log.h"

namespace fiscus {

// The command line that every service has.
struct Flags {
  std::string config_path;
  bool migrate = false;       // migrate the database and end
  bool check_config = false;  // read the configuration and end
  bool republish = false;     // have the events published again and end
  std::string from;           // those recorded at this time or later; empty: all
};

// Parses --config FILE, --migrate, --check-config, --republish [--from TIME], --help, --version.
// Ends the process on --help,
// --version (0) and on unknown flags (2, one line on stderr). Sets the log's service name.
Flags ParseFlagsOrExit(std::string_view service, int argc, char** argv);

// Reads a textproto; unknown fields and wrong types are errors that name line and column.
absl::Status LoadConfig(const std::string& path, google::protobuf::Message* config);

// The value of an environment variable that must not be empty; the error names the variable, never
// the value.
absl::StatusOr<std::string> RequireEnv(const std::string& name);

// Prints "service: message" on stderr and ends with exit code 2: wrong configuration.
[[noreturn]] void ExitConfig(std::string_view service, const absl::Status& status);
// The value, or the end of the process as by ExitConfig.
template <class T>
T OrExit(std::string_view service, absl::StatusOr<T> value) {
  if (!value.ok()) ExitConfig(service, value.status());
  return *std::move(value);
}

// INVALID_ARGUMENT "<field> must lie in <least>..<most>" unless it does.
absl::Status CheckRange(std::string_view field, int64_t value, int64_t least, int64_t most);

// Blocks SIGTERM and SIGINT in this and all later threads; call first in main.
void BlockSignals();
// Waits for SIGTERM or SIGINT.
void WaitForSignal();

// What every service's main does: flags, configuration, CheckCommon, `check` of what its types
// cannot say, then --check-config (0), --migrate (`migrate`, its exit code), --republish
// (`republish`, likewise; null: the service publishes nothing) or `serve` until a signal, with the
// configuration in force in the log.
template <class Config>
int RunService(std::string_view service, int argc, char** argv,
               absl::Status (*check)(const Config&), int (*migrate)(), int (*serve)(const Config&),
               int (*republish)(const Config&, const std::string& from) = nullptr) {
  BlockSignals();
  const Flags flags = ParseFlagsOrExit(service, argc, argv);
  Config config;
  absl::Status status = LoadConfig(flags.config_path, &config);
  if (status.ok()) status = CheckCommon(config);
  if (status.ok()) status = check(config);
  if (!status.ok()) ExitConfig(service, status);
  if (flags.check_config) return 0;
  if (flags.migrate) return migrate();
  if (flags.republish) {
    if (republish == nullptr)
      ExitConfig(service, absl::InvalidArgumentError("--republish: this service has no outbox"));
    return republish(config, flags.from);
  }
  log::Info("configuration in force", {{"config", EffectiveConfig(config)}});
  return serve(config);
}

}  // namespace fiscus
