// How the handlers of this folder write: in one transaction, or as a rehearsal that is rolled back
// (validate_only).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/pg/transact.h"
#include "libs/runtime/call.h"
#include "services/projects/deps.h"
#include "services/projects/domain/project_event.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {

template <class Response>
absl::StatusOr<Response> Write(const Deps& deps, const Call& call, bool validate_only,
                               const std::function<absl::StatusOr<Response>(pg::Tx&)>& body) {
  return validate_only ? pg::Rehearse<Response>(deps.database, call, body)
                       : pg::Transact<Response>(deps.database, call, body);
}

// Saves a change of one project: rows, events and audit subject. `before` null: the project is new.
// No events: nothing to save.
absl::Status SaveChange(pg::Tx& tx, const Call& call, const ProjectFile* before,
                        const ProjectChange& change);

}  // namespace fiscus::projects
