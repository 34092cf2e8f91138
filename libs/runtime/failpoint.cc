#include "libs/runtime/failpoint.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

#include "libs/runtime/log.h"

namespace fiscus::failpoint {
namespace {

struct Armed {
  std::string name;
  std::atomic<int> passes_left;
};

Armed* ReadEnvironment() {
  const char* setting = std::getenv("FISCUS_FAILPOINT");
  if (setting == nullptr || *setting == '\0') return nullptr;
  const std::string text = setting;
  const size_t colon = text.find(':');
  const int passes = colon == std::string::npos ? 1 : std::atoi(text.c_str() + colon + 1);
  return new Armed{.name = text.substr(0, colon),
                   .passes_left = passes};  // NOLINT: for the life of the process
}

}  // namespace

void Reach(const char* name) {
  static Armed* const armed = ReadEnvironment();
  if (armed == nullptr || armed->name != name || --armed->passes_left != 0) return;
  log::Warning("failpoint reached, dying", {{"name", name}});
  std::raise(SIGKILL);
}

}  // namespace fiscus::failpoint
