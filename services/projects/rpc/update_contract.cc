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

absl::StatusOr<v1::Contract> RedraftNow(pg::Tx& tx, const Call& call, const Contract& wanted,
                                        int64_t expected_version, absl::CivilDay date) {
  ASSIGN_OR_RETURN(const Contract known,
                   LoadContract(tx, wanted.contract_id));  // its project never changes
  ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, known.project_id, Depth::kProject));
  ASSIGN_OR_RETURN(const Contract present, LockContract(tx, wanted.contract_id));
  ASSIGN_OR_RETURN(const int64_t others,
                   OtherContractValues(tx, known.project_id, wanted.contract_id));
  ASSIGN_OR_RETURN(const ContractChange change,
                   Redraft(file.project, present, wanted, expected_version, others, date));
  if (wanted.contract_no != present.contract_no) {
    ASSIGN_OR_RETURN(const bool taken, ContractNoTaken(tx, wanted.contract_no));
    if (taken) {
      return Refused(Reason::kContractNoTaken, "another contract has this number",
                     {{"contract_no", wanted.contract_no}});
    }
  }
  RETURN_IF_ERROR(RedraftContract(tx, change.after));
  RETURN_IF_ERROR(events::Append(tx, call, {ToEvent(change.event)}).status());
  v1::Contract after = ToProto(change.after);
  tx.AuditSubject(ContractName(wanted.contract_id), ToProto(present).SerializeAsString(),
                  after.SerializeAsString());
  return after;
}

}  // namespace

absl::StatusOr<v1::Contract> UpdateContract(const Deps& deps, const Call& call,
                                            const v1::UpdateContractRequest& request) {
  rpc::Fields fields;
  const Author author = AuthorOf(call);
  const Contract wanted = ParseContract(fields, request.contract(), author);
  fields.Check(request.expected_version() > 0, "expected_version",
               "must be the version that was read");
  const absl::CivilDay date = PastDate(fields, "effective_date", request.effective_date(), author);
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Contract>(deps, call, false, [&](pg::Tx& tx) {
    return RedraftNow(tx, call, wanted, request.expected_version(), date);
  });
}

}  // namespace fiscus::projects
