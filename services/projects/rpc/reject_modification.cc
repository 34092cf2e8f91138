#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/rpc/write.h"
#include "services/projects/saga/contract_saga.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {
namespace {

absl::StatusOr<v1::Modification> RejectNow(pg::Tx& tx, const Call& call, const std::string& id,
                                           const std::string& reason) {
  ASSIGN_OR_RETURN(const Modification known, LoadModification(tx, id));
  ASSIGN_OR_RETURN(const Contract contract, LockContract(tx, known.contract_id));
  ASSIGN_OR_RETURN(const auto pending, FindStep(tx, known.contract_id));
  if (pending.has_value()) return Busy(contract);  // the ledger may be carrying it out
  ASSIGN_OR_RETURN(Modification modification, LoadModification(tx, id));
  RETURN_IF_ERROR(CheckRejection(contract, modification, call.Actor()));
  RETURN_IF_ERROR(MarkRejected(tx, id, call.Actor(), reason));
  const std::string before = ToProto(modification).SerializeAsString();
  modification.rejected = true;
  modification.decided_by = call.Actor();
  modification.decision_reason = reason;
  v1::Modification after = ToProto(modification);
  tx.AuditSubject("modifications/" + id, before, after.SerializeAsString());
  return after;
}

}  // namespace

absl::StatusOr<v1::Modification> RejectModification(const Deps& deps, const Call& call,
                                                    const v1::RejectModificationRequest& request) {
  rpc::Fields fields;
  fields.Uuid("modification_id", request.modification_id());
  const std::string reason = ParseReason(fields, request.reason(), /*needed=*/true);
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Modification>(deps, call, false, [&](pg::Tx& tx) {
    return RejectNow(tx, call, request.modification_id(), reason);
  });
}

}  // namespace fiscus::projects
