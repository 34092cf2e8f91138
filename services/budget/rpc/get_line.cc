// GetLine: one line.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/rpc/refusals.h"

namespace fiscus::budget {

absl::StatusOr<v1::BudgetLine> GetLine(const Deps& deps, const Call& call,
                                       const v1::GetLineRequest& request) {
  std::optional<Line> line;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(line, store::FindLine(tx, request.line_id()));
        return absl::OkStatus();
      }));
  if (!line.has_value()) return LineNotFound(request.line_id());
  return ToProto(*line);
}

}  // namespace fiscus::budget
