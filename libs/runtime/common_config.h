// What is checked of the configuration parts that every service shares (fiscus.config.v1), wherever
// they stand in a service's own configuration. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace fiscus {

// INVALID_ARGUMENT with the first field that lies outside its range, e.g. "server.drain_ms must lie
// in 0..600000"; then: server.log_level is no severity; auth.refresh_ms is not below
// auth.stale_max_ms. Ranges also stand at the fields in config.proto.
absl::Status CheckCommon(const google::protobuf::Message& config);

// The configuration in force as JSON, defaults included. It holds no secrets: a field names the
// environment variable or the file that does.
std::string EffectiveConfig(const google::protobuf::Message& config);

}  // namespace fiscus
