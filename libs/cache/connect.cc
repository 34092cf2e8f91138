#include "libs/cache/connect.h"

#include <cstdlib>

namespace fiscus::cache {

RedisOptions OptionsOf(const config::v1::Redis& config) {
  RedisOptions options;
  options.address = config.address();
  options.timeout = absl::Milliseconds(config.timeout_ms());
  if (const char* password = std::getenv(config.password_env().c_str()))
    options.password = password;
  return options;
}

}  // namespace fiscus::cache
