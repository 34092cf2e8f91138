// Requests of fiscus.projects.v1 → values, with every malformed field named at once. Limits of
// sizes stand in parse.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/rpc/parse.h"
#include "libs/runtime/call.h"
#include "services/projects/domain/baseline.h"
#include "services/projects/domain/contract.h"
#include "services/projects/domain/import.h"
#include "services/projects/domain/life_cycle.h"
#include "services/projects/domain/measurement.h"
#include "services/projects/domain/project.h"

namespace fiscus::projects {

// Who asks, and when.
struct Author {
  std::string actor;
  absl::CivilDay
      today;  // the last day that has begun anywhere: dates have no time zone of their own
};
Author AuthorOf(const Call& call);

// The date of something that has happened: not after the author's today.
absl::CivilDay PastDate(rpc::Fields& fields, const std::string& at, const std::string& value,
                        const Author& author);

// A project as its maker gives it; `at` is the field's path, e.g. "project". The author brings its
// documents.
Project ParseProject(rpc::Fields& fields, const std::string& at, const v1::Project& project,
                     const Author& author);
// Work items and milestones; ids must differ, and no milestone is met yet.
BaselineCommand ParseBaseline(rpc::Fields& fields, const v1::SetBaselineRequest& request,
                              const Author& author);
// The amendment's measurement id is derived from its request id.
absl::StatusOr<BaselineAmendment> ParseAmendment(const v1::AmendBaselineRequest& request,
                                                 const Author& author);
// A contract as its drafter gives it.
Contract ParseContract(rpc::Fields& fields, const v1::Contract& given, const Author& author);
absl::StatusOr<Modification> ParseModification(const v1::CreateModificationRequest& request,
                                               const std::string& drafter);
absl::StatusOr<Measurement> ParseMeasurement(const v1::RecordMeasurementRequest& request,
                                             const Author& author);

// The documents that a step of this desk brings; FIELD_INVALID for those of other desks.
std::vector<DocumentRef> ParseBrought(
    rpc::Fields& fields, const google::protobuf::RepeatedPtrField<v1::DocumentRef>& documents,
    Desk desk, const Author& author);
// The reason of a step; `needed`: not empty.
std::string ParseReason(rpc::Fields& fields, const std::string& reason, bool needed);

// A life-cycle command at a desk: FIELD_INVALID for a command or a document of another desk, or a
// missing reason.
absl::StatusOr<ProjectStep> ParseStep(const v1::ProjectCommandRequest& request, Desk desk,
                                      const Author& author);
// A contract command: `signing` tells SignContract's commands (SIGN, DECLINE) from
// ManageContract's.
absl::StatusOr<ContractStep> ParseStep(const v1::ContractCommandRequest& request, bool signing,
                                       const Author& author);

// A report; its measurement's id is derived from its request id.
absl::StatusOr<Report> ParseReport(const v1::ImportedProject& imported, const Author& author);

}  // namespace fiscus::projects
