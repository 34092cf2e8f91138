// Parents and sub-projects: P2 (unit), P3 (investment), P4 (dates). Both ends are locked by the
// caller's transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "services/projects/domain/project.h"

namespace fiscus::projects {

// The live children of a project (neither rejected nor cancelled), without the one that is being
// decided.
struct Children {
  int64_t count = 0;
  int64_t investment_minor = 0;  // Σ approved investment
  std::string first_unit;        // in the order of bytes; all units lie between the two
  std::string last_unit;
  std::optional<absl::CivilDay> first_start;
  std::optional<absl::CivilDay> last_end;
};

// Decides whether `child` fits under `parent`, whose other children are `siblings`.
// Refuses, in this order: WRONG_STATE (the parent is over, P8), EXCEEDS_PARENT (P3), OUTSIDE_PARENT
// (P2: unit not at or below the
//   parent's; P4: dates outside the parent's and no DATES_WAIVER document), CURRENCY_MISMATCH.
absl::Status CheckChild(const Project& child, const Project& parent, const Children& siblings);

// Decides whether `parent` as it shall be still holds its children.
// Refuses, in this order: EXCEEDS_PARENT, OUTSIDE_PARENT (units, then dates).
absl::Status CheckParent(const Project& parent, const Children& children);

// Decides whether a project may have these ancestors: its parent, the parent's parent and so on.
// Refuses: PARENT_CYCLE (it is among them).
absl::Status CheckAncestors(const Project& project, std::span<const std::string> ancestors);

}  // namespace fiscus::projects
