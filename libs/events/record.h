// A record of a topic with its CloudEvents attributes. Values only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"

namespace fiscus::events {

struct Record {
  std::string topic;
  int partition = 0;
  int64_t offset = 0;
  std::string key;
  std::string id;         // ce_id
  std::string type;       // ce_type: full proto name of the payload
  std::string source;     // ce_source
  std::string tenant;     // ce_tenantid
  std::string aggregate;  // ce_aggregate
  int64_t sequence = 0;   // ce_sequence
  std::string actor;      // ce_actor
  absl::Time time;        // ce_time: when it was recorded
  std::string traceparent;
  std::string payload;
};

// Runs in the record's tenant; must only touch the database through `tx`. INVALID_ARGUMENT: the
// record can never be applied. Any other error: try again.
using Handler = std::function<absl::Status(pg::Tx& tx, const Record& record)>;

}  // namespace fiscus::events
