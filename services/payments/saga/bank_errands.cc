#include "services/payments/saga/bank_errands.h"

#include "libs/runtime/log.h"
#include "services/payments/codec/bank_codec.h"
#include "services/payments/domain/transitions.h"
#include "services/payments/saga/bank_events.h"
#include "services/payments/saga/commit.h"

namespace fiscus::payments {
namespace {

const std::string& IdOf(const ErrandRun& run) { return run.payment.request.payment_id; }

absl::CivilDay OrderedOn(const Payment& payment) {
  return payment.ordered_on.value_or(payment.request.effective_date);
}

std::string CodeOf(const absl::Status& status) { return absl::StatusCodeToString(status.code()); }

// Saves what no answer means, and asks again after the usual time.
absl::Status Unanswered(const ErrandRun& run, const absl::Status& why) {
  log::Warning(
      "no answer from the bank",
      {{"payment_id", IdOf(run)}, {"code", CodeOf(why)}, {"error", std::string(why.message())}});
  return Change(run.deps, run.call, IdOf(run),
                [&](const Payment& payment) {
                  return NoAnswer(payment, MomentOf(run.call, OrderedOn(payment),
                                                    "no answer from the bank: " + CodeOf(why)));
                })
      .status();
}

// Applies an event of our payment, then sets the timer anew: a redundant event does not.
absl::Status Apply(const ErrandRun& run, const BankEvent& event) {
  const auto applied = ApplyBankEvents(run.deps, run.call, {event}, std::nullopt);
  RETURN_IF_ERROR(applied.status());
  return Change(run.deps, run.call, IdOf(run),
                [](const Payment& payment) { return Decision{.payment = payment}; })
      .status();
}

absl::Status Learn(const ErrandRun& run, const bank::v1::InstructResponse& answer) {
  if (answer.latest().kind() == v1::BANK_EVENT_KIND_UNSPECIFIED) {
    return Change(run.deps, run.call, IdOf(run),
                  [&](const Payment& payment) {
                    return Known(payment,
                                 MomentOf(run.call, OrderedOn(payment), "known to the bank"));
                  })
        .status();
  }
  const absl::StatusOr<BankEvent> event = ParseBankEvent(answer.latest());
  if (!event.ok()) return Unanswered(run, event.status());
  if (event->payment_id != IdOf(run)) {
    return Unanswered(run, absl::InternalError("the bank answered about another instruction"));
  }
  return Apply(run, *event);
}

// The bank refuses the order itself: it was not taken and will not be.
BankEvent RefusedOrder(const ErrandRun& run, const absl::Status& refusal) {
  return {.event_id = "instruct:" + IdOf(run),
          .payment_id = IdOf(run),
          .kind = BankEventKind::kRejected,
          .bank_code = CodeOf(refusal),
          .code_class = "TECHNICAL"};
}

absl::Status Instruct(const ErrandRun& run) {
  const auto answer = run.deps.bank.Instruct(Limited(run.call, run.deps.bank_call_max),
                                             InstructFor(run.payment, run.call.caller.tenant));
  switch (answer.status().code()) {
    case absl::StatusCode::kOk:
      return Learn(run, *answer);
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return Apply(run, RefusedOrder(run, answer.status()));
    case absl::StatusCode::kAlreadyExists:
      log::Error("the bank has another instruction under our id", {{"payment_id", IdOf(run)}});
      return Unanswered(run, answer.status());
    default:
      return Unanswered(run, answer.status());
  }
}

}  // namespace

absl::Status SendOrder(const ErrandRun& run) {
  ASSIGN_OR_RETURN(const bool held, ConfirmHold(run));
  if (!held) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Payment sent,
                   Change(run.deps, run.call, IdOf(run), [&](const Payment& payment) {
                     return Send(payment, MomentOf(run.call, OrderedOn(payment)));
                   }));
  if (sent.state != State::kSent) return absl::OkStatus();
  return Instruct({run.deps, run.call, sent});
}

absl::Status QueryBank(const ErrandRun& run) {
  const auto answer = run.deps.bank.Query(Limited(run.call, run.deps.bank_call_max), IdOf(run));
  if (answer.ok()) return Learn(run, *answer);
  const bool accepted = run.payment.state == State::kAccepted;
  if (answer.status().code() == absl::StatusCode::kNotFound && !accepted) return Instruct(run);
  if (accepted) {
    // It had taken the order; sending it again could pay twice. People have to ask.
    log::Error("the bank does not answer about an order that it accepted",
               {{"payment_id", IdOf(run)}, {"code", CodeOf(answer.status())}});
  }
  return Unanswered(run, answer.status());
}

}  // namespace fiscus::payments
