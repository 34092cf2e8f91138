// Makes a Redis of a service's configuration.
#pragma once

#include "fiscus/config/v1/config.pb.h"
#include "libs/cache/redis.h"

namespace fiscus::cache {

// The password comes from the environment variable that the configuration names; unset: none.
RedisOptions OptionsOf(const config::v1::Redis& config);

}  // namespace fiscus::cache
