#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "services/projects/deps.h"
#include "services/projects/rpc/page.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::ListModificationsResponse> ListModifications(
    const Deps& deps, const Call& call, const v1::ListModificationsRequest& request) {
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  std::vector<Modification> page;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(
            page, ListModifications(tx, request.contract_id(), position.empty() ? "" : position[0],
                                    page_size + 1));
        return absl::OkStatus();
      }));
  v1::ListModificationsResponse response;
  const size_t taken = FillPage(page, page_size, response.mutable_modifications());
  if (taken < page.size()) {
    response.set_next_page_token(
        rpc::MakePageToken(call, request, {page[taken - 1].modification_id}));
  }
  return response;
}

}  // namespace fiscus::projects
