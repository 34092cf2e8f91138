#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {

absl::StatusOr<v1::ListUnitsResponse> ListUnits(const Deps& deps, const Call& call,
                                                const v1::ListUnitsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  const std::string under = request.under_path().empty() ? "/" : request.under_path();
  const std::string after = position.empty() ? "" : position[0];
  v1::ListUnitsResponse response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        response.Clear();
        // One more than asked for tells whether there is another page.
        ASSIGN_OR_RETURN(
            const std::vector<Unit> units,
            ListUnitsPage(tx, call.caller.ScopesFor(call.intent), under, after, page_size + 1));
        for (const Unit& unit : units) {
          if (response.units_size() == page_size) {
            response.set_next_page_token(
                rpc::MakePageToken(call, request, {response.units(page_size - 1).path()}));
            break;
          }
          *response.add_units() = ToProto(unit);
        }
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::identity
