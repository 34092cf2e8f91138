// The relatives of a project that is drawn up or changed, locked in order: parent, then the
// project.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/projects/domain/draft.h"

namespace fiscus::projects {

// Holds what Relatives points to.
struct LockedRelatives {
  std::optional<Project> parent;
  Children siblings;
  Children children;

  Relatives view() const {
    return {.parent = parent.has_value() ? &*parent : nullptr,
            .siblings = siblings,
            .children = children};
  }
};

// Locks the parent, if any, and sums siblings and children. PROJECT_NOT_FOUND: there is no such
// parent.
absl::StatusOr<LockedRelatives> LockRelatives(pg::Tx& tx, const std::string& project_id,
                                              const std::string& parent_id);

}  // namespace fiscus::projects
