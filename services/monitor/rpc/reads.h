// Reads of committed state over the partitions that this instance holds.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/monitor/deps.h"
#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// UNAVAILABLE, PARTITIONS_ELSEWHERE, unless this instance holds every partition.
absl::Status NeedAllPartitions(const Deps& deps);

// The project; NOT_FOUND, PROJECT_NOT_MONITORED, or PARTITIONS_ELSEWHERE if another instance may
// know it.
absl::StatusOr<ProjectState> FindProject(const Deps& deps, std::string_view tenant,
                                         std::string_view project_id);

// Up to `count` projects of the tenant in the scopes with an id greater than `after`, by id.
absl::StatusOr<std::vector<ProjectState>> ListProjects(const Deps& deps, std::string_view tenant,
                                                       const std::vector<std::string>& scopes,
                                                       std::string_view after, size_t count);

// The caller's scopes for the declared intent, cut down to `under_path` (empty: not cut).
std::vector<std::string> ScopesUnder(const Call& call, const std::string& under_path);
bool InScope(std::string_view unit_path, const std::vector<std::string>& scopes);

// For SCOPE_RESOURCE (rpc::UnitResolver): kind "project".
std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfProjects(const Deps& deps);

}  // namespace fiscus::monitor
