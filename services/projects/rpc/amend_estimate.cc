#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/estimate.h"
#include "services/projects/rpc/relatives.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {
namespace {

absl::StatusOr<v1::Project> AmendNow(pg::Tx& tx, const Call& call, const std::string& project_id,
                                     const EstimateAmendment& amendment) {
  // The parent never changes, so it may be read before it is locked.
  ASSIGN_OR_RETURN(const ProjectFile known, LoadProject(tx, project_id, Depth::kProject));
  ASSIGN_OR_RETURN(LockedRelatives relatives,
                   LockRelatives(tx, project_id, known.project.parent_project_id));
  ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, project_id, Depth::kFile));
  ASSIGN_OR_RETURN(relatives.children, SumChildren(tx, project_id, project_id));
  ASSIGN_OR_RETURN(const int64_t contracts, OtherContractValues(tx, project_id, ""));
  ASSIGN_OR_RETURN(const ProjectChange change,
                   AmendEstimate(file, amendment, relatives.view(), contracts));
  RETURN_IF_ERROR(SaveChange(tx, call, &file, change));
  return ToProto(change.after.project);
}

}  // namespace

absl::StatusOr<v1::Project> AmendEstimate(const Deps& deps, const Call& call,
                                          const v1::AmendEstimateRequest& request) {
  rpc::Fields fields;
  const Author author = AuthorOf(call);
  fields.Uuid("project_id", request.project_id());
  fields.Check(request.approved_investment() > 0, "approved_investment", "must be > 0");
  fields.Check(request.expected_version() >= 0, "expected_version", "must not be negative");
  const EstimateAmendment amendment{
      .approved_investment_minor = request.approved_investment(),
      .expected_version = request.expected_version(),
      .effective_date = PastDate(fields, "effective_date", request.effective_date(), author),
      .reason = ParseReason(fields, request.reason(), /*needed=*/true),
      .documents = ParseBrought(fields, request.documents(), Desk::kPlanning, author),
      .actor = author.actor};
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Project>(deps, call, request.validate_only(), [&](pg::Tx& tx) {
    return AmendNow(tx, call, request.project_id(), amendment);
  });
}

}  // namespace fiscus::projects
