#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/events/outbox.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/reason.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {
namespace {

absl::StatusOr<v1::Contract> DrawUpNow(pg::Tx& tx, const Call& call, const Contract& draft,
                                       absl::CivilDay date) {
  ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, draft.project_id, Depth::kProject));
  ASSIGN_OR_RETURN(const auto present, LoadContracts(tx, {draft.contract_id}));
  ASSIGN_OR_RETURN(const int64_t others,
                   OtherContractValues(tx, draft.project_id, draft.contract_id));
  const absl::StatusOr<ContractChange> change = DrawUp(file.project, draft, others, date);
  if (!present.empty()) {
    // Same id, same content: answered as the first time.
    const Contract& known = present.begin()->second;
    if (change.ok() && known == change->after) return ToProto(known);
    return Refused(Reason::kRecordExists, "a contract with this id exists",
                   {{"contract_id", draft.contract_id}});
  }
  ASSIGN_OR_RETURN(const bool taken, ContractNoTaken(tx, draft.contract_no));
  // The project's state comes before the number, its terms after it (order of the reasons).
  if (taken && (change.ok() || RefusalOf(change.status())->reason != "WRONG_STATE")) {
    return Refused(Reason::kContractNoTaken, "another contract has this number",
                   {{"contract_no", draft.contract_no}});
  }
  RETURN_IF_ERROR(change.status());
  RETURN_IF_ERROR(InsertContract(tx, change->after));
  RETURN_IF_ERROR(events::Append(tx, call, {ToEvent(change->event)}).status());
  v1::Contract made = ToProto(change->after);
  tx.AuditSubject(ContractName(draft.contract_id), "", made.SerializeAsString());
  return made;
}

}  // namespace

absl::StatusOr<v1::Contract> CreateContract(const Deps& deps, const Call& call,
                                            const v1::CreateContractRequest& request) {
  rpc::Fields fields;
  const Author author = AuthorOf(call);
  const Contract draft = ParseContract(fields, request.contract(), author);
  const absl::CivilDay date = PastDate(fields, "effective_date", request.effective_date(), author);
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Contract>(deps, call, request.validate_only(),
                             [&](pg::Tx& tx) { return DrawUpNow(tx, call, draft, date); });
}

}  // namespace fiscus::projects
