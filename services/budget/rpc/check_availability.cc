// CheckAvailability: would this reservation be accepted? Decided by the ledger's own core on what
// is committed now, without locks.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/status_codec.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/domain/book.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/store/profile_store.h"

namespace fiscus::budget {
namespace {

absl::Status Load(pg::Tx& tx, const Command& command, Book& book) {
  ASSIGN_OR_RETURN(std::optional<Line> line, store::FindLine(tx, command.line_id));
  if (!line.has_value()) return absl::OkStatus();  // the core says LINE_NOT_FOUND
  ASSIGN_OR_RETURN(std::vector<ToleranceProfile> profiles,
                   store::FindProfiles(tx, {line->head->tolerance_profile}));
  for (ToleranceProfile& profile : profiles) book.AddProfile(std::move(profile));
  book.AddLine(*std::move(line));
  if (command.contract_id.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Encumbrance encumbrance,
                   store::FindEncumbrance(tx, command.line_id, command.contract_id));
  book.AddEncumbrance(command.line_id, command.contract_id, encumbrance);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CheckAvailabilityResponse> CheckAvailability(
    const Deps& deps, const Call& call, const v1::CheckAvailabilityRequest& request) {
  ASSIGN_OR_RETURN(const Command command, ParseCommand(request));
  Book book;
  RETURN_IF_ERROR(deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) {
    book = Book();
    return Load(tx, command, book);
  }));
  v1::CheckAvailabilityResponse response;
  if (const Line* line = book.FindLine(command.line_id)) *response.mutable_line() = ToProto(*line);
  const Outcome outcome = book.Rehearse(command);
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) {
    *response.mutable_status() = rpc::ToItem(ToStatus(*refusal), kReasonDomain);
    return response;
  }
  response.set_accepted(true);
  for (const ToleranceNotice& notice : std::get<Decision>(outcome).notices) {
    *response.add_notices() = ToProto(notice);
  }
  return response;
}

}  // namespace fiscus::budget
