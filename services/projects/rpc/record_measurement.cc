#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/codec/convert.h"
#include "services/projects/codec/parse.h"
#include "services/projects/domain/reason.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/measurement_store.h"

namespace fiscus::projects {

absl::StatusOr<v1::Measurement> RecordMeasurement(const Deps& deps, const Call& call,
                                                  const v1::RecordMeasurementRequest& request) {
  ASSIGN_OR_RETURN(const Measurement measurement, ParseMeasurement(request, AuthorOf(call)));
  return Write<v1::Measurement>(
      deps, call, false, [&](pg::Tx& tx) -> absl::StatusOr<v1::Measurement> {
        ASSIGN_OR_RETURN(const ProjectFile file,
                         LockProject(tx, measurement.project_id, Depth::kFile));
        RETURN_IF_ERROR(CheckRecord(file, measurement));
        ASSIGN_OR_RETURN(const bool inserted, InsertMeasurements(tx, {measurement}));
        if (!inserted) {
          return Refused(Reason::kRecordExists, "a measurement with this id exists",
                         {{"measurement_id", measurement.measurement_id}});
        }
        v1::Measurement recorded = ToProto(measurement);
        tx.AuditSubject("measurements/" + measurement.measurement_id, "",
                        recorded.SerializeAsString());
        return recorded;
      });
}

}  // namespace fiscus::projects
