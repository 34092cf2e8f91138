#include "services/projects/domain/draft.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "libs/core/status.h"
#include "services/projects/domain/life_cycle.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

bool SameFile(const DocumentRef& a, const DocumentRef& b) {
  return a.kind == b.kind && a.sha256 == b.sha256;
}

// The documents of a draft: the unit's as it wants them, those that it cannot bring as they are.
absl::StatusOr<std::vector<DocumentRef>> DraftDocuments(const std::vector<DocumentRef>& present,
                                                        const std::vector<DocumentRef>& wanted) {
  std::vector<DocumentRef> documents;
  for (const DocumentRef& document : present) {
    if (!MayBring(Desk::kUnit, document.kind)) documents.push_back(document);
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto known = std::find_if(present.begin(), present.end(),
                                    [&](const DocumentRef& p) { return SameFile(p, wanted[i]); });
    if (MayBring(Desk::kUnit, wanted[i].kind)) {
      documents.push_back(wanted[i]);
      if (known != present.end()) documents.back().brought_by = known->brought_by;
    } else if (known == present.end()) {
      return InvalidFields({{"project.documents[" + std::to_string(i) + "].kind",
                             "is not brought by the unit that draws a project up"}});
    }
  }
  return documents;
}

}  // namespace

absl::Status CheckRelatives(const Project& project, const Relatives& relatives) {
  if (relatives.parent != nullptr) {
    RETURN_IF_ERROR(CheckChild(project, *relatives.parent, relatives.siblings));
  }
  return CheckParent(project, relatives.children);
}

absl::StatusOr<ProjectChange> Create(const Project& wanted, const Relatives& relatives,
                                     absl::CivilDay effective_date) {
  Project project = wanted;
  project.state = ProjectState::kDraft;
  project.version = 0;
  project.physical_bp = 0;
  project.observed = false;
  project.declared_by.clear();
  project.baseline_frozen = false;
  ASSIGN_OR_RETURN(project.documents, DraftDocuments({}, wanted.documents));
  RETURN_IF_ERROR(CheckRelatives(project, relatives));
  ProjectChange change;
  Append(ProjectStateChanged{.project = std::move(project),
                             .from = ProjectState::kUnspecified,
                             .command = ProjectCommand::kNone,
                             .effective_date = effective_date,
                             .reason = {}},
         change);
  return change;
}

absl::StatusOr<ProjectChange> Update(const ProjectFile& file, const Project& wanted,
                                     int64_t expected_version, const Relatives& relatives,
                                     absl::CivilDay effective_date) {
  const Project& present = file.project;
  RETURN_IF_ERROR(CheckVersion(present, expected_version));
  if (present.state != ProjectState::kDraft && present.state != ProjectState::kReturned) {
    return Refused(Reason::kWrongState, "a project is changed before it is declared only",
                   {{"state", std::string(Name(present.state))}});
  }
  Project project = present;
  project.name = wanted.name;
  project.sector = wanted.sector;
  project.approved_investment_minor = wanted.approved_investment_minor;
  project.planned_start = wanted.planned_start;
  project.planned_end = wanted.planned_end;
  project.targets = wanted.targets;
  ASSIGN_OR_RETURN(project.documents, DraftDocuments(present.documents, wanted.documents));
  project.key_project = wanted.key_project;
  project.source_ref = wanted.source_ref;
  RETURN_IF_ERROR(CheckRelatives(project, relatives));
  if (wanted.currency != present.currency) {
    return Refused(Reason::kCurrencyMismatch, "a project keeps its currency",
                   {{"currency", wanted.currency}, {"project_currency", present.currency}});
  }
  if (present.observed) {
    return Refused(Reason::kObservedProject, "an observed project is changed by import only");
  }
  ProjectChange change{.after = file, .events = {}};
  Append(ProjectStateChanged{.project = std::move(project),
                             .from = present.state,
                             .command = ProjectCommand::kNone,
                             .effective_date = effective_date,
                             .reason = {}},
         change);
  return change;
}

}  // namespace fiscus::projects
