// The command line from the command table, by CLI11.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/fiscus/cli/command.h"
#include "tools/fiscus/cli/environment.h"

namespace fiscus::cli {

// What the person asked for; `command` null: help, version or a mistake was printed, and `exit` is
// the answer.
struct Parsed {
  const Command* command = nullptr;
  Arguments arguments;  // of the command
  Arguments global;     // settings given as flags
  ExitCode exit = ExitCode::kOk;
};

Parsed ParseCommandLine(const CommandTable& table, const Environment& environment,
                        const std::vector<std::string>& words);

// All flags of a command, its own and those that follow from its RPC, e.g. "--dry-run"; for help
// and completion.
struct KnownFlag {
  std::string name;
  std::string help;
  bool takes_value = true;
};
std::vector<KnownFlag> FlagsOf(const Command& command);
std::vector<KnownFlag> GlobalFlags();

// Parses and runs; the whole program but for its surroundings.
ExitCode Main(const CommandTable& table, const Environment& environment,
              const std::vector<std::string>& words);

}  // namespace fiscus::cli
