#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/reason.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::Modification> CreateModification(const Deps& deps, const Call& call,
                                                    const v1::CreateModificationRequest& request) {
  ASSIGN_OR_RETURN(const Modification modification, ParseModification(request, call.Actor()));
  return Write<v1::Modification>(
      deps, call, false, [&](pg::Tx& tx) -> absl::StatusOr<v1::Modification> {
        ASSIGN_OR_RETURN(const Contract known,
                         LoadContract(tx, modification.contract_id));  // its project never changes
        ASSIGN_OR_RETURN(const ProjectFile file,
                         LockProject(tx, known.project_id, Depth::kProject));
        ASSIGN_OR_RETURN(const Contract contract, LockContract(tx, modification.contract_id));
        ASSIGN_OR_RETURN(const int64_t others,
                         OtherContractValues(tx, contract.project_id, contract.contract_id));
        RETURN_IF_ERROR(CheckModification(file.project, contract, modification, others));
        ASSIGN_OR_RETURN(const bool inserted, InsertModification(tx, modification));
        if (!inserted) {
          return Refused(Reason::kRecordExists, "a modification with this id exists",
                         {{"modification_id", modification.modification_id}});
        }
        v1::Modification made = ToProto(modification);
        tx.AuditSubject("modifications/" + modification.modification_id, "",
                        made.SerializeAsString());
        return made;
      });
}

}  // namespace fiscus::projects
