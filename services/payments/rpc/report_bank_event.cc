#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/codec/bank_codec.h"
#include "services/payments/saga/bank_events.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

absl::StatusOr<v1::ReportBankEventResponse> ReportBankEvent(
    const Deps& deps, const Call& call, const v1::ReportBankEventRequest& request) {
  ASSIGN_OR_RETURN(const BankEvent event, ParseBankEvent(request.event()));
  ASSIGN_OR_RETURN(const std::vector<AppliedEvent> applied,
                   ApplyBankEvents(deps, call, {event}, std::nullopt));
  // An event about no payment of ours is kept for people, but its sender should know.
  if (applied.front().state == State::kUnspecified) return store::PaymentNotFound(event.payment_id);
  v1::ReportBankEventResponse response;
  response.set_replayed(applied.front().replayed);
  response.set_state(static_cast<v1::PaymentState>(applied.front().state));
  return response;
}

}  // namespace fiscus::payments
