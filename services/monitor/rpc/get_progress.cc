// GetProgress: how far each partition of this instance is, and why it halted.
#include "fiscus/monitor/v1/monitor_service.handlers.h"
#include "libs/core/status.h"
#include "services/monitor/deps.h"

namespace fiscus::monitor {

absl::StatusOr<v1::GetProgressResponse> GetProgress(const Deps& deps, const Call& /*call*/,
                                                    const v1::GetProgressRequest& /*request*/) {
  v1::GetProgressResponse response;
  absl::Status status;
  deps.engine.Visit([&](const Engine::Held& held) {
    v1::PartitionProgress& progress = *response.add_partitions();
    progress.set_partition(held.partition);
    progress.set_next_offset(held.view.next_offset);
    progress.set_halted(held.view.store == nullptr ? "opening" : held.view.halted);
    const absl::StatusOr<int64_t> end = deps.engine.LogEnd(held.partition);
    status = end.status();
    if (end.ok()) progress.set_log_end(*end);
    return end.ok();
  });
  RETURN_IF_ERROR(status);
  return response;
}

}  // namespace fiscus::monitor
