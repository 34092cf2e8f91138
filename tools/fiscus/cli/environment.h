// What the program reads from its surroundings, as values, so that tests can give others.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "libs/runtime/clock.h"

namespace fiscus::cli {

struct Environment {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  std::function<std::string(const std::string&)> variable;  // of the environment; "" if unset
  std::string program;  // path of the executable, to find shipped profiles
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  const Clock& clock;
};

// The process's own.
Environment SystemEnvironment(const char* program);

}  // namespace fiscus::cli
