// GetReservation: one reservation.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/rpc/refusals.h"

namespace fiscus::budget {

absl::StatusOr<v1::Reservation> GetReservation(const Deps& deps, const Call& call,
                                               const v1::GetReservationRequest& request) {
  std::optional<Reservation> reservation;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(reservation, store::FindReservation(tx, request.reservation_id()));
        return absl::OkStatus();
      }));
  if (!reservation.has_value()) return ReservationNotFound(request.reservation_id());
  return ToProto(*reservation);
}

}  // namespace fiscus::budget
