#include "libs/events/republish.h"

#include <algorithm>
#include <optional>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/events/queries.h"
#include "libs/pg/service.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/log.h"
#include "libs/runtime/process.h"

namespace fiscus::events {
namespace {

// Rows of one transaction, count: the relay claims between them.
constexpr int kChunk = 10'000;
constexpr absl::Duration kTimeLimit = absl::Seconds(60);

}  // namespace

absl::StatusOr<int64_t> Republish(pg::Database& database, absl::Time from) {
  int64_t marked = 0;
  int64_t last = 0;
  std::optional<int64_t> end;  // what is appended meanwhile is published anyway
  while (!end || last < *end) {
    int64_t chunk = 0;
    RETURN_IF_ERROR(
        database.Write("", SystemClock().Now() + kTimeLimit, [&](pg::Tx& tx) -> absl::Status {
          if (!end) {
            ASSIGN_OR_RETURN(const pg::Rows newest, tx.Run(sql::kLastOutboxId));
            end = newest[0].Int("last_id");
          }
          ASSIGN_OR_RETURN(
              const pg::Rows rows,
              tx.Run(sql::kMarkUnsent,
                     pg::Args().Int(last).Int(std::min(last + kChunk, *end)).Time(from)));
          chunk = rows[0].Int("marked");
          return absl::OkStatus();
        }));
    marked += chunk;
    last += kChunk;
  }
  return marked;
}

int RepublishOrExit(std::string_view service, const config::v1::Postgres& config,
                    const std::string& from) {
  const std::optional<absl::Time> time = from.empty() ? absl::UnixEpoch() : ParseTimestamp(from);
  if (!time) ExitConfig(service, absl::InvalidArgumentError("--from is not an RFC 3339 time"));
  pg::Database database(pg::OptionsOrExit(service, config, 1));
  const absl::StatusOr<int64_t> marked = Republish(database, *time);
  if (!marked.ok()) {
    log::Error("not published again", {{"error", marked.status().ToString()}});
    return 1;
  }
  log::Info("events will be published again by the relay", {{"events", *marked}});
  return 0;
}

}  // namespace fiscus::events
