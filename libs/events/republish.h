// Publishes a database's outbox again, when the topic lost records or was made anew: the rows are
// marked as not sent, oldest first, and the relay sends them with their ids and sequences. Readers
// drop what they have seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fiscus/config/v1/config.pb.h"
#include "libs/pg/database.h"

namespace fiscus::events {

// Marks what was recorded at `from` or later; the number of events. May be broken off and repeated.
absl::StatusOr<int64_t> Republish(pg::Database& database, absl::Time from);

// For main.cc: the same as the service's app role; `from` is RFC 3339, empty: everything. Returns
// the process's exit code; a failure is logged.
int RepublishOrExit(std::string_view service, const config::v1::Postgres& config,
                    const std::string& from);

}  // namespace fiscus::events
