// The one path of all life-cycle commands; each RPC names its desk.
#pragma once

#include "absl/status/statusor.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/runtime/call.h"
#include "services/projects/deps.h"
#include "services/projects/domain/life_cycle.h"

namespace fiscus::projects {

// Parses, asks the ledger where the command's guards need it, decides and saves.
absl::StatusOr<v1::Project> RunCommand(const Deps& deps, const Call& call,
                                       const v1::ProjectCommandRequest& request, Desk desk);

}  // namespace fiscus::projects
