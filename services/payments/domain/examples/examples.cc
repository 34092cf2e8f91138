#include "services/payments/domain/examples/examples.h"

#include "services/payments/domain/bank_event.h"
#include "services/payments/domain/transitions.h"

namespace fiscus::payments::examples {
namespace {

Payment Done(absl::StatusOr<Decision> decision) { return decision.value().payment; }

Payment Ordered() {
  Payment payment = In(State::kSubmitted);
  payment = Done(Decide(payment, Command::kApproveByUnit, 0, By("approver")));
  payment = Done(Decide(payment, Command::kApproveByFinance, 0, By("finance")));
  return Done(Decide(payment, Command::kOrder, 0, By("signer")));
}

BankEvent Told(BankEventKind kind) {
  return {.event_id = "e",
          .payment_id = ProgressRequest().payment_id,
          .kind = kind,
          .amount_minor = 10'000,
          .bank_reference = "B1",
          .bank_code = "AC04",
          .code_class = "CREDITOR_ACCOUNT",
          .receipt_no = "R1",
          .value_date = kDay};
}

Payment After(const Payment& payment, BankEventKind kind) {
  return ApplyBankEvent(payment, Told(kind), By("payments")).decision.payment;
}

Payment Accepted() { return After(In(State::kSent), BankEventKind::kAccepted); }

Payment Cleared() {
  return Posted(After(Accepted(), BankEventKind::kCleared), By("payments")).payment;
}

}  // namespace

Request ProgressRequest() {
  return {.payment_id = "00000000-0000-7000-8000-0000000000a1",
          .project_id = "00000000-0000-7000-8000-0000000000b1",
          .contract_id = "00000000-0000-7000-8000-0000000000c1",
          .line_id = "00000000-0000-7000-8000-0000000000d1",
          .unit_path = "/330000/330100/",
          .kind = Kind::kProgress,
          .amount = {10'000, "CNY"},
          .payee = {"Builder Ltd", "622200001", "ICBC"},
          .purpose = "bridge, March",
          .vouchers = {"INV-1"},
          .effective_date = kDay};
}

SubmitContext GoodContext() {
  const Request request = ProgressRequest();
  return {.project = ProjectFacts{.project_id = request.project_id,
                                  .unit_path = request.unit_path,
                                  .state = 8,
                                  .state_name = "PROJECT_STATE_EXECUTING",
                                  .currency = "CNY"},
          .contract = ContractFacts{.contract_id = request.contract_id,
                                    .project_id = request.project_id,
                                    .line_id = request.line_id,
                                    .state = 5,
                                    .state_name = "CONTRACT_STATE_EFFECTIVE",
                                    .currency = "CNY",
                                    .current_value_minor = 100'000,
                                    .advance_minor = 30'000,
                                    .payees = {request.payee}}};
}

Moment By(const std::string& subject, const std::string& note) {
  return {.now = absl::FromUnixSeconds(1'773'100'000),
          .actor = {.subject = subject},
          .effective_date = kDay,
          .note = note};
}

Payment In(State state) {
  Payment opened =
      Open(ProgressRequest(), By("maker"), absl::FromUnixSeconds(1'774'000'000), absl::OkStatus())
          .payment;
  Payment submitted = Resolve(opened, absl::OkStatus(), By("maker")).payment;
  switch (state) {
    case State::kUnspecified:
      return {};
    case State::kSubmitting:
      return opened;
    case State::kSubmitted:
      return submitted;
    case State::kRefused:
      return Resolve(opened,
                     Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_AVAILABLE", "too much",
                            {}, "fiscus.budget.v1"),
                     By("maker"))
          .payment;
    case State::kUnitApproved:
      return Done(Decide(submitted, Command::kApproveByUnit, 0, By("approver")));
    case State::kFinanceApproved:
      return Done(Decide(In(State::kUnitApproved), Command::kApproveByFinance, 0, By("finance")));
    case State::kOrdered:
      return Ordered();
    case State::kSent:
      return Send(Ordered(), By("payments")).payment;
    case State::kUnknown:
      return NoAnswer(In(State::kSent), By("payments")).payment;
    case State::kAccepted:
      return Accepted();
    case State::kCleared:
      return Cleared();
    case State::kReceipted:
      return After(Cleared(), BankEventKind::kReceipt);
    case State::kBankRejected:
      return After(Accepted(), BankEventKind::kRejected);
    case State::kReturned:
      return Done(Decide(submitted, Command::kReturn, 0, By("approver", "no")));
    case State::kWithdrawn:
      return Done(Decide(submitted, Command::kWithdraw, 0, By("maker", "no")));
    case State::kRefunded:
      return Refunded(RefundRecorded(Cleared(), 10'000).payment, 10'000, By("finance")).payment;
    case State::kExpired:
      return Expire(submitted, By("payments")).payment;
  }
  return {};
}

}  // namespace fiscus::payments::examples
