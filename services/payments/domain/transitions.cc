#include "services/payments/domain/transitions.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <string_view>

namespace fiscus::payments {
namespace {

// The person of the four-eyes rule who took a step before, in the order of the steps.
struct Earlier {
  std::string_view role;
  const std::string& subject;
};

absl::Status SamePerson(const Earlier& earlier) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
                "maker, approvers and signer must be different persons (Y4)",
                {{"earlier_role", std::string(earlier.role)}, {"subject", earlier.subject}},
                kDomain);
}

absl::Status WrongState(const Payment& payment, std::string_view wanted) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
                "the payment is in a state from which this step does not start",
                {{"state", std::string(StateName(payment.state))}, {"wanted", std::string(wanted)}},
                kDomain);
}

// A payment is withdrawn by whoever made it; others return it.
absl::Status CheckMaker(const Payment& payment, Command command, const Actor& actor) {
  if (command != Command::kWithdraw || actor == payment.maker) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "NOT_MAKER",
                "only the maker withdraws a payment; an approver returns it",
                {{"maker", payment.maker.subject}, {"subject", actor.subject}}, kDomain);
}

// Y4: nobody takes two of the steps maker, unit approver, finance approver, signer.
absl::Status CheckFourEyes(const Payment& payment, Command command, const std::string& subject) {
  if (command == Command::kReturn || command == Command::kWithdraw) return absl::OkStatus();
  const std::array<Earlier, 3> earlier = {Earlier{"maker", payment.maker.subject},
                                          Earlier{"unit_approver", payment.unit_approver},
                                          Earlier{"finance_approver", payment.finance_approver}};
  const size_t count = command == Command::kApproveByUnit      ? 1
                       : command == Command::kApproveByFinance ? 2
                                                               : 3;
  for (size_t i = 0; i < count; ++i) {
    if (earlier[i].subject == subject) return SamePerson(earlier[i]);
  }
  return absl::OkStatus();
}

absl::Status CheckState(const Payment& payment, Command command) {
  switch (command) {
    case Command::kApproveByUnit:
      if (payment.state == State::kSubmitted) return absl::OkStatus();
      return WrongState(payment, "SUBMITTED");
    case Command::kApproveByFinance:
      if (payment.state == State::kUnitApproved) return absl::OkStatus();
      return WrongState(payment, "UNIT_APPROVED");
    case Command::kOrder:
      if (payment.state == State::kFinanceApproved) return absl::OkStatus();
      return WrongState(payment, "FINANCE_APPROVED");
    case Command::kReturn:
    case Command::kWithdraw:
      if (IsBeforeOrder(payment.state)) return absl::OkStatus();
      return WrongState(payment, "SUBMITTED, UNIT_APPROVED, FINANCE_APPROVED");
  }
  return absl::InternalError("unknown command");
}

State Target(Command command) {
  switch (command) {
    case Command::kApproveByUnit:
      return State::kUnitApproved;
    case Command::kApproveByFinance:
      return State::kFinanceApproved;
    case Command::kOrder:
      return State::kOrdered;
    case Command::kReturn:
      return State::kReturned;
    case Command::kWithdraw:
      return State::kWithdrawn;
  }
  return State::kUnspecified;
}

}  // namespace

absl::StatusOr<Decision> Decide(const Payment& payment, Command command, int64_t expected_version,
                                const Moment& moment) {
  RETURN_IF_ERROR(CheckFourEyes(payment, command, moment.actor.subject));
  RETURN_IF_ERROR(CheckMaker(payment, command, moment.actor));
  RETURN_IF_ERROR(CheckState(payment, command));
  if (expected_version != 0 && expected_version != payment.version) {
    return Refuse(absl::StatusCode::kAborted, "VERSION_MISMATCH",
                  "the payment changed since it was read; read it again",
                  {{"expected", std::to_string(expected_version)},
                   {"present", std::to_string(payment.version)}},
                  kDomain);
  }
  Decision decision{.payment = payment};
  Payment& next = decision.payment;
  if (command == Command::kApproveByUnit) next.unit_approver = moment.actor.subject;
  if (command == Command::kApproveByFinance) next.finance_approver = moment.actor.subject;
  if (command == Command::kOrder) {
    next.signer = moment.actor.subject;
    next.ordered_on = moment.effective_date;
  }
  if (command == Command::kReturn || command == Command::kWithdraw) {
    next.settles_on = AccountingDate(payment, moment.effective_date);
  }
  Advance(decision, Target(command), moment);
  return decision;
}

Decision Expire(const Payment& payment, const Moment& moment) {
  Decision decision{.payment = payment};
  if (!IsBeforeOrder(payment.state) && payment.state != State::kOrdered) return decision;
  decision.payment.hold = Hold::kReleased;
  Advance(decision, State::kExpired, moment);
  return decision;
}

Decision Send(const Payment& payment, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.state != State::kOrdered) return decision;
  decision.payment.ledger_attempt = 0;  // of the confirmation; what follows is another command
  Advance(decision, State::kSent, moment);
  return decision;
}

Decision NoAnswer(const Payment& payment, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.state == State::kSent && payment.clearing_minor == 0) {
    Advance(decision, State::kUnknown, moment);
  }
  return decision;
}

Decision Known(const Payment& payment, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.state == State::kUnknown && payment.clearing_minor == 0) {
    Advance(decision, State::kSent, moment);
  }
  return decision;
}

Decision Posted(const Payment& payment, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.hold != Hold::kPending || payment.clearing_minor == 0) return decision;
  assert(payment.clearing_minor <= payment.request.amount.minor);
  decision.payment.hold = Hold::kPosted;
  decision.payment.cleared_minor = payment.clearing_minor;
  decision.payment.clearing_minor = 0;
  Advance(decision, State::kCleared, moment);
  if (!payment.receipt_no.empty()) {
    Moment receipt = moment;
    receipt.note = payment.receipt_no;
    Advance(decision, State::kReceipted, receipt);
  }
  return decision;
}

Decision Released(const Payment& payment, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.hold != Hold::kPending || !IsDead(payment.state)) return decision;
  decision.payment.hold = Hold::kReleased;
  if (payment.state == State::kBankRejected) Advance(decision, State::kReturned, moment);
  return decision;
}

Decision LedgerRefused(const Payment& payment, int64_t attempt, const Moment& moment) {
  Decision decision{.payment = payment};
  if (payment.ledger_attempt != attempt) return decision;
  ++decision.payment.ledger_attempt;
  if (attempt == 0) Remark(decision, moment);
  return decision;
}

absl::Status CheckRefund(const Payment& payment, const Money& amount) {
  if (amount.currency != payment.request.amount.currency) {
    return Refuse(absl::StatusCode::kInvalidArgument, "CURRENCY_MISMATCH",
                  "a refund comes back in the payment's currency",
                  {{"asked", amount.currency}, {"expected", payment.request.amount.currency}},
                  kDomain);
  }
  if (payment.state != State::kCleared && payment.state != State::kReceipted) {
    return WrongState(payment, "CLEARED, RECEIPTED");
  }
  const int64_t left = payment.cleared_minor - payment.refunded_minor - payment.refunding_minor;
  if (amount.minor > left) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_CLEARED",
                  "more would come back than was cleared and not yet refunded (Y8)",
                  {{"asked", std::to_string(amount.minor)},
                   {"cleared", std::to_string(payment.cleared_minor)},
                   {"refunded", std::to_string(payment.refunded_minor)},
                   {"refunding", std::to_string(payment.refunding_minor)}},
                  kDomain);
  }
  return absl::OkStatus();
}

Decision RefundRecorded(const Payment& payment, int64_t amount_minor) {
  Decision decision{.payment = payment};
  decision.payment.refunding_minor += amount_minor;
  return decision;
}

Decision Refunded(const Payment& payment, int64_t amount_minor, const Moment& moment) {
  Decision decision{.payment = payment};
  Payment& next = decision.payment;
  assert(amount_minor > 0 && amount_minor <= payment.refunding_minor);
  assert(amount_minor <= payment.cleared_minor - payment.refunded_minor);
  next.refunding_minor -= amount_minor;
  next.refunded_minor += amount_minor;
  Advance(decision, next.refunded_minor == next.cleared_minor ? State::kRefunded : payment.state,
          moment);
  decision.transitions.back().refund_minor = amount_minor;
  return decision;
}

Decision RefundRefused(const Payment& payment, int64_t amount_minor, const Moment& moment) {
  Decision decision{.payment = payment};
  assert(amount_minor > 0 && amount_minor <= payment.refunding_minor);
  decision.payment.refunding_minor -= amount_minor;
  Remark(decision, moment);
  return decision;
}

absl::CivilDay AccountingDate(const Payment& payment, absl::CivilDay value_date) {
  const absl::CivilDay own = payment.request.effective_date;
  return std::clamp(value_date, own, absl::CivilDay(own.year(), 12, 31));
}

}  // namespace fiscus::payments
