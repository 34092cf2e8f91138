#include "services/projects/rpc/project_command.h"

#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {
namespace {

// The ledger's figures, asked before the transaction: no network call inside.
absl::StatusOr<LedgerView> AskLedger(const Deps& deps, const Call& call, const ProjectStep& step,
                                     const std::string& project_id) {
  if (!AsksLedger(*Find(step.command))) return LedgerView{};
  std::string currency;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const ProjectFile file, LoadProject(tx, project_id, Depth::kProject));
        currency = file.project.currency;
        return absl::OkStatus();
      }));
  return deps.ledger.View(call, project_id, currency);
}

}  // namespace

absl::StatusOr<v1::Project> RunCommand(const Deps& deps, const Call& call,
                                       const v1::ProjectCommandRequest& request, Desk desk) {
  ASSIGN_OR_RETURN(const ProjectStep step, ParseStep(request, desk, AuthorOf(call)));
  // A failure is kept for the body, which does not run if this is a repeat: then the ledger is not
  // needed.
  const absl::StatusOr<LedgerView> ledger = AskLedger(deps, call, step, request.project_id());
  return Write<v1::Project>(
      deps, call, request.validate_only(), [&](pg::Tx& tx) -> absl::StatusOr<v1::Project> {
        ASSIGN_OR_RETURN(const ProjectFile file,
                         LockProject(tx, request.project_id(), Depth::kFile));
        RETURN_IF_ERROR(ledger.status());
        ASSIGN_OR_RETURN(const ContractView contracts, ViewContracts(tx, request.project_id()));
        ASSIGN_OR_RETURN(const ProjectChange change, Decide(file, step, *ledger, contracts));
        RETURN_IF_ERROR(SaveChange(tx, call, &file, change));
        return ToProto(change.after.project);
      });
}

}  // namespace fiscus::projects
