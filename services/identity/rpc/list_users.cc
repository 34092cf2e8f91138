#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<v1::ListUsersResponse> ReadPage(const Call& call, pg::Tx& tx,
                                               const v1::ListUsersRequest& request, int page_size,
                                               const std::string& after) {
  const std::string under = request.under_path().empty() ? "/" : request.under_path();
  // One more than asked for tells whether there is another page.
  ASSIGN_OR_RETURN(
      std::vector<Account> accounts,
      ListAccountsPage(tx, call.caller.ScopesFor(call.intent), under, after, page_size + 1));
  v1::ListUsersResponse response;
  if (accounts.size() > static_cast<size_t>(page_size)) {
    accounts.resize(page_size);
    response.set_next_page_token(rpc::MakePageToken(call, request, {accounts.back().username}));
  }
  std::vector<std::string> ids;
  for (const Account& account : accounts) ids.push_back(account.user_id);
  ASSIGN_OR_RETURN(auto grants, ListGrants(tx, ids));
  for (const Account& account : accounts)
    *response.add_users() = ToProto(account, grants[account.user_id]);
  return response;
}

}  // namespace

absl::StatusOr<v1::ListUsersResponse> ListUsers(const Deps& deps, const Call& call,
                                                const v1::ListUsersRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  v1::ListUsersResponse response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(
            response, ReadPage(call, tx, request, page_size, position.empty() ? "" : position[0]));
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::identity
