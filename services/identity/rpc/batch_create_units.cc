#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/add_units.h"
#include "services/identity/rpc/convert.h"

namespace fiscus::identity {
namespace {

constexpr int kBatchMax = 1'000;

v1::UnitResult ToResult(const Unit& unit, const absl::Status& status) {
  v1::UnitResult result;
  if (status.ok()) {
    *result.mutable_unit() = ToProto(unit);
    return result;
  }
  result.set_code(static_cast<int32_t>(status.code()));
  if (const auto refusal = RefusalOf(status); refusal.has_value())
    result.set_reason(refusal->reason);
  result.set_message(std::string(status.message()));
  return result;
}

absl::StatusOr<v1::BatchCreateUnitsResponse> AddAll(pg::Tx& tx,
                                                    const v1::BatchCreateUnitsRequest& request,
                                                    absl::Time now) {
  // Malformed ones are answered in their place; the others are placed together.
  std::vector<Unit> units;
  std::vector<absl::Status> parsed;
  for (const v1::CreateUnitRequest& item : request.units()) {
    absl::StatusOr<Unit> unit = ParseUnit(item);
    parsed.push_back(unit.status());
    if (unit.ok()) units.push_back(*std::move(unit));
  }
  ASSIGN_OR_RETURN(const std::vector<absl::Status> placed, AddUnits(tx, units, now));
  v1::BatchCreateUnitsResponse response;
  size_t next = 0;
  for (const absl::Status& status : parsed) {
    *response.add_results() =
        status.ok() ? ToResult(units[next], placed[next]) : ToResult({}, status);
    next += status.ok() ? 1 : 0;
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::BatchCreateUnitsResponse> BatchCreateUnits(
    const Deps& deps, const Call& call, const v1::BatchCreateUnitsRequest& request) {
  rpc::Fields fields;
  fields.BatchSize("units", request.units_size(), kBatchMax);
  RETURN_IF_ERROR(fields.status());
  return pg::Transact<v1::BatchCreateUnitsResponse>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::BatchCreateUnitsResponse> {
        ASSIGN_OR_RETURN(v1::BatchCreateUnitsResponse response, AddAll(tx, request, call.now));
        tx.AuditSubject("units", "", response.SerializeAsString());
        return response;
      });
}

}  // namespace fiscus::identity
