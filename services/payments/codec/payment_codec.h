// proto ↔ domain, the only place. Pure: no I/O, no clock.
//
// Parsers collect everything that is malformed in a request (FIELD_INVALID); what is well-formed
// but wrong is the domain's business.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/payments/v1/events.pb.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "services/payments/domain/payment.h"
#include "services/payments/domain/submission.h"

namespace fiscus::payments {

// Limits of what a request may hold.
inline constexpr int kBatchMax = 1000;
inline constexpr size_t kVouchersMax = 50;
inline constexpr size_t kNoteBytesMax = 1000;

// A well-formed request. Kind UNSPECIFIED becomes PROGRESS, or NO_CONTRACT where only a reason is
// given.
absl::StatusOr<Request> ParseSubmission(const v1::SubmitPaymentRequest& message);

// A person's command.
struct ParsedCommand {
  std::string payment_id;
  int64_t expected_version = 0;
  std::string note;
  absl::CivilDay effective_date;
};
absl::StatusOr<ParsedCommand> ParseCommand(const v1::PaymentCommandRequest& message,
                                           bool note_mandatory);

// The payment as answered and published, without steps.
v1::Payment ToProto(const Payment& payment);
v1::Refusal ToProto(const Refusal& refusal);
v1::PaymentStateChanged ToEvent(const Transition& transition);

// What projects told, for the checks.
ProjectFacts FactsFrom(const projects::v1::Project& project);
ContractFacts FactsFrom(const projects::v1::Contract& contract);

// The ledger's commands. Their request ids and contents follow from the stored payment alone, so
// every repeat is the same command.
budget::v1::ReserveRequest ReserveFor(const Payment& payment);
budget::v1::ConfirmReservationRequest ConfirmFor(const Payment& payment);
// Needs clearing_minor and settles_on.
budget::v1::PostRequest PostFor(const Payment& payment);
// Needs settles_on.
budget::v1::VoidRequest VoidFor(const Payment& payment);
budget::v1::RefundRequest RefundFor(const Payment& payment, const std::string& refund_id,
                                    int64_t amount_minor, absl::CivilDay effective_date);

}  // namespace fiscus::payments
