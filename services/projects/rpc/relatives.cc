#include "services/projects/rpc/relatives.h"

#include <utility>

#include "libs/core/status.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {

absl::StatusOr<LockedRelatives> LockRelatives(pg::Tx& tx, const std::string& project_id,
                                              const std::string& parent_id) {
  LockedRelatives relatives;
  if (!parent_id.empty()) {
    ASSIGN_OR_RETURN(ProjectFile parent, LockProject(tx, parent_id, Depth::kProject));
    relatives.parent = std::move(parent.project);
    ASSIGN_OR_RETURN(relatives.siblings, SumChildren(tx, parent_id, project_id));
  }
  ASSIGN_OR_RETURN(relatives.children, SumChildren(tx, project_id, project_id));
  return relatives;
}

}  // namespace fiscus::projects
