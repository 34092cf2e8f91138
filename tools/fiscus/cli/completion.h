// Completion scripts, static text from the command table; live values come from the hidden command
// `fiscus __complete`.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "tools/fiscus/cli/command.h"

namespace fiscus::cli {

// `shell`: bash, zsh or fish.
absl::StatusOr<std::string> CompletionScript(const CommandTable& table, std::string_view shell);

}  // namespace fiscus::cli
