#include "tools/fiscus/cli/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace fiscus::cli {

Environment SystemEnvironment(const char* program) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return {
      .out = std::cout,
      .err = std::cerr,
      .in = std::cin,
      .variable =
          [](const std::string& name) {
            const char* value = std::getenv(name.c_str());
            return std::string(value == nullptr ? "" : value);
          },
      .program = error ? program : self.string(),
      .out_is_terminal = isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = isatty(STDERR_FILENO) == 1,
      .clock = SystemClock(),
  };
}

}  // namespace fiscus::cli
