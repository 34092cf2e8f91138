#include "services/projects/domain/estimate.h"

#include <string>
#include <utility>

#include "libs/core/status.h"
#include "services/projects/domain/life_cycle.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

bool IsAmendable(ProjectState state) {
  return state == ProjectState::kSuspended ||
         (state >= ProjectState::kEstablished && state <= ProjectState::kCompleted);
}

}  // namespace

absl::StatusOr<ProjectChange> AmendEstimate(const ProjectFile& file,
                                            const EstimateAmendment& amendment,
                                            const Relatives& relatives, int64_t contracts_minor) {
  Project project = file.project;
  RETURN_IF_ERROR(CheckVersion(project, amendment.expected_version));
  if (!IsAmendable(project.state)) {
    return Refused(Reason::kWrongState, "an estimate is amended from establishment to completion",
                   {{"state", std::string(Name(project.state))}});
  }
  if (!HasDocument(amendment.documents, kEstablishmentApproval)) {
    return Refused(Reason::kDocumentMissing, "an amendment must bring its approval",
                   {{"kind", std::string(kEstablishmentApproval)}});
  }
  if (amendment.actor == project.declared_by) {
    return Refused(Reason::kSamePerson, "who declared a project may not amend its estimate");
  }
  project.approved_investment_minor = amendment.approved_investment_minor;
  AddDocuments(amendment.documents, project.documents);
  RETURN_IF_ERROR(CheckRelatives(project, relatives));
  if (contracts_minor > project.approved_investment_minor) {
    return Refused(Reason::kExceedsApprovedInvestment,
                   "the project's contracts would exceed its approved investment",
                   {{"approved_investment", std::to_string(project.approved_investment_minor)},
                    {"contracts", std::to_string(contracts_minor)}});
  }
  if (project.observed) {
    return Refused(Reason::kObservedProject, "an observed project is changed by import only");
  }
  ProjectChange change{.after = file, .events = {}};
  Append(ProjectStateChanged{.project = std::move(project),
                             .from = file.project.state,
                             .command = ProjectCommand::kNone,
                             .effective_date = amendment.effective_date,
                             .reason = amendment.reason},
         change);
  return change;
}

}  // namespace fiscus::projects
