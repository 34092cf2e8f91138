// A project as its unit draws it up: creation, and changes until it is declared.
#pragma once

#include "absl/status/statusor.h"
#include "services/projects/domain/family.h"
#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

// The relatives of a project, locked by the caller's transaction.
struct Relatives {
  const Project* parent = nullptr;  // null: it has none
  Children siblings;                // the parent's other children
  Children children;                // its own
};

// Refuses as CheckChild, as CheckParent.
absl::Status CheckRelatives(const Project& project, const Relatives& relatives);

// Decides whether a project may be drawn up; it becomes DRAFT.
// Refuses: FIELD_INVALID (a document that another desk brings), as CheckChild.
absl::StatusOr<ProjectChange> Create(const Project& wanted, const Relatives& relatives,
                                     absl::CivilDay effective_date);

// Decides whether a draft may become `wanted`; code, unit, parent, currency and mode stay as they
// are, and so do the documents that other desks brought. Refuses, in this order: VERSION_MISMATCH,
// WRONG_STATE (only DRAFT and RETURNED), FIELD_INVALID (a new document that another desk brings),
// as CheckChild, as CheckParent, CURRENCY_MISMATCH, OBSERVED_PROJECT.
absl::StatusOr<ProjectChange> Update(const ProjectFile& file, const Project& wanted,
                                     int64_t expected_version, const Relatives& relatives,
                                     absl::CivilDay effective_date);

}  // namespace fiscus::projects
