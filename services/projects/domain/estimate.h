// The approved estimate (概算): fixed when the project is established, then changed by an approved
// amendment only (P7).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/projects/domain/draft.h"
#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

struct EstimateAmendment {
  int64_t approved_investment_minor = 0;  // > 0
  int64_t expected_version = 0;           // 0: any
  absl::CivilDay effective_date;
  std::string reason;
  std::vector<DocumentRef> documents;  // brought by the amendment
  std::string actor;
};

// Decides an amendment. `contracts_minor`: Σ current value of the project's live contracts.
// Refuses, in this order: VERSION_MISMATCH, WRONG_STATE (only ESTABLISHED .. COMPLETED and
// SUSPENDED), DOCUMENT_MISSING (an ESTABLISHMENT_APPROVAL), SAME_PERSON (the declarer), as
// CheckRelatives, EXCEEDS_APPROVED_INVESTMENT (less than the contracts), OBSERVED_PROJECT.
absl::StatusOr<ProjectChange> AmendEstimate(const ProjectFile& file,
                                            const EstimateAmendment& amendment,
                                            const Relatives& relatives, int64_t contracts_minor);

}  // namespace fiscus::projects
