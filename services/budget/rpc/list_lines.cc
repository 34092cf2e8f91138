// ListLines: lines in the caller's scope, ordered by id.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/rpc/scopes.h"

namespace fiscus::budget {

absl::StatusOr<v1::ListLinesResponse> ListLines(const Deps& deps, const Call& call,
                                                const v1::ListLinesRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  LineFilter filter = FilterFor(call, request.under_path(), request.fiscal_year());
  filter.project_id = fields.OptionalUuid("project_id", request.project_id());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  std::vector<Line> lines;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        const std::string after = position.empty() ? "" : position.front();
        ASSIGN_OR_RETURN(lines, store::ListLines(tx, filter, after, page_size + 1));
        return absl::OkStatus();
      }));
  v1::ListLinesResponse response;
  const bool more = static_cast<int>(lines.size()) > page_size;
  if (more) {
    lines.pop_back();
    response.set_next_page_token(rpc::MakePageToken(call, request, {lines.back().head->id}));
  }
  for (const Line& line : lines) *response.add_lines() = ToProto(line);
  return response;
}

}  // namespace fiscus::budget
