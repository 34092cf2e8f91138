#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/projects/deps.h"
#include "services/projects/rpc/page.h"
#include "services/projects/store/contract_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::ListContractsResponse> ListContracts(const Deps& deps, const Call& call,
                                                        const v1::ListContractsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  fields.OptionalUuid("project_id", request.project_id());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  const ContractFilter filter{.scopes = call.caller.ScopesFor(call.intent),
                              .under_path = request.under_path(),
                              .project_id = request.project_id(),
                              .after_id = position.empty() ? "" : position[0],
                              .limit = page_size + 1};
  std::vector<Contract> page;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(page, ListContracts(tx, filter));
        return absl::OkStatus();
      }));
  v1::ListContractsResponse response;
  const size_t taken = FillPage(page, page_size, response.mutable_contracts());
  if (taken < page.size()) {
    response.set_next_page_token(rpc::MakePageToken(call, request, {page[taken - 1].contract_id}));
  }
  return response;
}

}  // namespace fiscus::projects
