// The command line `fiscus`: the command table, run with the process's own surroundings.
#include <string>
#include <vector>

#include "tools/fiscus/cli/environment.h"
#include "tools/fiscus/cli/parser.h"
#include "tools/fiscus/commands/all.h"

int main(int argc, char** argv) {
  const fiscus::cli::Environment environment = fiscus::cli::SystemEnvironment(argv[0]);
  const std::vector<std::string> words(argv + 1, argv + argc);
  return static_cast<int>(fiscus::cli::Main(fiscus::cli::AllCommands(), environment, words));
}
