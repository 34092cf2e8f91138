#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "services/projects/codec/convert.h"
#include "services/projects/deps.h"
#include "services/projects/store/measurement_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::ListMeasurementsResponse> ListMeasurements(
    const Deps& deps, const Call& call, const v1::ListMeasurementsRequest& request) {
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  MeasurementFilter filter{
      .project_id = request.project_id(), .after_date = {}, .after_id = {}, .limit = page_size};
  if (position.size() == 2) {
    filter.after_date = position[0];
    filter.after_id = position[1];
  }
  MeasurementPage page;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(page, ListMeasurements(tx, filter));
        return absl::OkStatus();
      }));
  v1::ListMeasurementsResponse response;
  for (const Measurement& measurement : page.measurements) {
    *response.add_measurements() = ToProto(measurement);
  }
  if (page.more) {
    const Measurement& last = page.measurements.back();
    response.set_next_page_token(
        rpc::MakePageToken(call, request, {FormatDate(last.measured_on), last.measurement_id}));
  }
  return response;
}

}  // namespace fiscus::projects
