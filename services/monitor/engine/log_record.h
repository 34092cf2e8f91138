// A record of the input topic, as tests write and read it.
#pragma once

#include <cstdint>
#include <string>

namespace fiscus::monitor {

// A record of the input as it lies in the log.
struct LogRecord {
  std::string key, type, tenant, aggregate, id, time, value;
  int64_t sequence = 0;

  friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

}  // namespace fiscus::monitor
