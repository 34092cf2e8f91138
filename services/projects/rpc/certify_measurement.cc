#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/projects/codec/convert.h"
#include "services/projects/domain/reason.h"
#include "services/projects/rpc/write.h"
#include "services/projects/store/contract_store.h"
#include "services/projects/store/measurement_store.h"

namespace fiscus::projects {
namespace {

constexpr size_t kReasonMax = 2000;
constexpr int64_t kBusyRetryMs = 1'000;

// Certified values of the contracts concerned. While the ledger carries out a modification, its
// lower limit (C9) must not move.
absl::Status SaveCertified(pg::Tx& tx, const ProjectChange& change) {
  for (const ProjectEvent& event : change.events) {
    const auto* certified = std::get_if<MeasurementCertified>(&event);
    if (certified == nullptr) continue;
    ASSIGN_OR_RETURN(const auto busy, BeingModified(tx, certified->contracts));
    if (!busy.empty()) {
      return WithRetryAfter(
          Refused(Reason::kContractBusy, "a contract concerned is being modified; try again",
                  {{"contract_id", *busy.begin()}}),
          kBusyRetryMs);
    }
    RETURN_IF_ERROR(UpdateCertified(tx, certified->contracts));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Measurement> CertifyNow(pg::Tx& tx, const Call& call, const std::string& id,
                                           const Certification& certification) {
  ASSIGN_OR_RETURN(const Measurement known, LoadMeasurement(tx, id));  // its project never changes
  ASSIGN_OR_RETURN(const ProjectFile file, LockProject(tx, known.project_id, Depth::kFile));
  ASSIGN_OR_RETURN(const Measurement measurement, LoadMeasurement(tx, id));
  ASSIGN_OR_RETURN(const CertifiedMeasurement certified, Certify(file, measurement, certification));
  RETURN_IF_ERROR(DecideMeasurement(tx, certified.measurement, certification.certifier));
  RETURN_IF_ERROR(SaveCertified(tx, certified.change));
  v1::Measurement answer = ToProto(certified.measurement);
  tx.AuditSubject("measurements/" + id, ToProto(measurement).SerializeAsString(),
                  answer.SerializeAsString());
  RETURN_IF_ERROR(SaveChange(tx, call, &file, certified.change));
  return answer;
}

}  // namespace

absl::StatusOr<v1::Measurement> CertifyMeasurement(const Deps& deps, const Call& call,
                                                   const v1::CertifyMeasurementRequest& request) {
  rpc::Fields fields;
  fields.Uuid("measurement_id", request.measurement_id());
  const Certification certification{
      .certifier = call.Actor(),
      .refuse = request.refuse(),
      .reason = fields.Text("reason", request.reason(), request.refuse() ? 1 : 0, kReasonMax)};
  RETURN_IF_ERROR(fields.status());
  return Write<v1::Measurement>(deps, call, false, [&](pg::Tx& tx) {
    return CertifyNow(tx, call, request.measurement_id(), certification);
  });
}

}  // namespace fiscus::projects
