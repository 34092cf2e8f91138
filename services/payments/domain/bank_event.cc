#include "services/payments/domain/bank_event.h"

#include <algorithm>
#include <array>
#include <string>

#include "services/payments/domain/transitions.h"

namespace fiscus::payments {
namespace {

constexpr std::array<std::string_view, 6> kEventNames = {"UNSPECIFIED", "ACCEPTED", "CLEARED",
                                                         "REJECTED",    "RECEIPT",  "REFUNDED"};
constexpr std::array<std::string_view, 5> kVerdictNames = {"UNSPECIFIED", "APPLIED", "REDUNDANT",
                                                           "CONTRADICTORY", "UNKNOWN_PAYMENT"};

// Money went out according to the bank: announced or already posted.
bool IsPaid(const Payment& payment) {
  return payment.clearing_minor > 0 || payment.hold == Hold::kPosted;
}

// Refused by the bank, whether or not the ledger has given the hold back already.
bool IsRejectedByBank(const Payment& payment) {
  return payment.refusal.has_value() && payment.refusal->reason == "BANK_REJECTED" &&
         (payment.state == State::kBankRejected || payment.state == State::kReturned);
}

// At the bank and undecided: the only states in which an event may decide.
bool IsOpen(const Payment& payment) { return IsAtBank(payment.state) && !IsPaid(payment); }

// The bank's value date as accounting date; the order's own date where the bank told none.
absl::CivilDay DateOf(const Payment& payment, const BankEvent& event) {
  const absl::CivilDay ordered = payment.ordered_on.value_or(payment.request.effective_date);
  return AccountingDate(payment, event.value_date.value_or(ordered));
}

EventDecision Unchanged(const Payment& payment, Verdict verdict) {
  return {.verdict = verdict, .decision = {.payment = payment}};
}

EventDecision Contradiction(const Payment& payment, const BankEvent& event, Moment moment) {
  EventDecision out = Unchanged(payment, Verdict::kContradictory);
  moment.note = "contradictory bank event " + event.event_id +
                ", not applied: " + std::string(BankEventName(event.kind)) + " of " +
                std::to_string(event.amount_minor) + " while " +
                std::string(StateName(payment.state));
  Remark(out.decision, moment);
  return out;
}

EventDecision Accepted(const Payment& payment, const BankEvent& event, Moment moment) {
  const bool news = IsOpen(payment) && payment.state != State::kAccepted;
  if (!news) {
    const bool fits = IsAtBank(payment.state) || IsPaid(payment) || IsRejectedByBank(payment);
    return fits ? Unchanged(payment, Verdict::kRedundant) : Contradiction(payment, event, moment);
  }
  EventDecision out = Unchanged(payment, Verdict::kApplied);
  out.decision.payment.bank_reference = event.bank_reference;
  moment.note = event.bank_reference;
  Advance(out.decision, State::kAccepted, moment);
  return out;
}

EventDecision Cleared(const Payment& payment, const BankEvent& event, const Moment& moment) {
  if (IsPaid(payment)) {
    const int64_t known =
        payment.clearing_minor > 0 ? payment.clearing_minor : payment.cleared_minor;
    if (known == event.amount_minor) return Unchanged(payment, Verdict::kRedundant);
    return Contradiction(payment, event, moment);
  }
  const bool amount_fits =
      event.amount_minor > 0 && event.amount_minor <= payment.request.amount.minor;
  // A refund that overtook its clearing bounds it from below.
  if (!IsOpen(payment) || !amount_fits || event.amount_minor < payment.refunding_minor) {
    return Contradiction(payment, event, moment);
  }
  EventDecision out = Unchanged(payment, Verdict::kApplied);
  Payment& next = out.decision.payment;
  next.clearing_minor = event.amount_minor;
  next.settles_on = DateOf(payment, event);
  if (!event.bank_reference.empty()) next.bank_reference = event.bank_reference;
  return out;
}

EventDecision Rejected(const Payment& payment, const BankEvent& event, Moment moment) {
  if (IsRejectedByBank(payment)) {
    const auto known = payment.refusal->figures.find("bank_code");
    const bool same = known != payment.refusal->figures.end() && known->second == event.bank_code;
    return same ? Unchanged(payment, Verdict::kRedundant) : Contradiction(payment, event, moment);
  }
  if (!IsOpen(payment) || payment.refunding_minor > 0) {
    return Contradiction(payment, event, moment);
  }
  EventDecision out = Unchanged(payment, Verdict::kApplied);
  out.decision.payment.refusal =
      Refusal{.code = absl::StatusCode::kFailedPrecondition,
              .reason = "BANK_REJECTED",
              .domain = std::string(kDomain),
              .message = "the bank refused the payment; correct it and submit a revision",
              .figures = {{"bank_code", event.bank_code}, {"class", event.code_class}}};
  out.decision.payment.settles_on = DateOf(payment, event);
  moment.note = event.bank_code + " " + event.code_class;
  Advance(out.decision, State::kBankRejected, moment);
  return out;
}

EventDecision Receipted(const Payment& payment, const BankEvent& event, Moment moment) {
  const bool at_bank_or_paid = IsAtBank(payment.state) || IsPaid(payment);
  if (!at_bank_or_paid || event.receipt_no.empty()) return Contradiction(payment, event, moment);
  if (!payment.receipt_no.empty()) {
    const bool same = payment.receipt_no == event.receipt_no;
    return same ? Unchanged(payment, Verdict::kRedundant) : Contradiction(payment, event, moment);
  }
  EventDecision out = Unchanged(payment, Verdict::kApplied);
  out.decision.payment.receipt_no = event.receipt_no;
  if (payment.state == State::kCleared) {
    moment.note = event.receipt_no;
    Advance(out.decision, State::kReceipted, moment);
  }
  return out;
}

EventDecision CameBack(const Payment& payment, const BankEvent& event, const Moment& moment) {
  const bool possible = payment.state == State::kCleared || payment.state == State::kReceipted ||
                        IsAtBank(payment.state);
  const int64_t bound = payment.hold == Hold::kPosted ? payment.cleared_minor
                        : payment.clearing_minor > 0  ? payment.clearing_minor
                                                      : payment.request.amount.minor;
  const int64_t left = bound - payment.refunded_minor - payment.refunding_minor;
  if (!possible || event.amount_minor <= 0 || event.amount_minor > left) {
    return Contradiction(payment, event, moment);
  }
  return {.verdict = Verdict::kApplied,
          .decision = RefundRecorded(payment, event.amount_minor),
          .refund_minor = event.amount_minor};
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  return kVerdictNames.at(static_cast<size_t>(verdict));
}

std::string_view BankEventName(BankEventKind kind) {
  return kEventNames.at(static_cast<size_t>(kind));
}

std::vector<ExpectedRefund>::iterator FindExpected(std::vector<ExpectedRefund>& expected,
                                                   const BankEvent& event) {
  if (event.kind != BankEventKind::kRefunded || event.bank_reference.empty()) return expected.end();
  return std::find_if(expected.begin(), expected.end(), [&](const ExpectedRefund& refund) {
    return refund.payment_id == event.payment_id && refund.bank_reference == event.bank_reference &&
           refund.amount_minor == event.amount_minor;
  });
}

EventDecision ApplyBankEvent(const Payment& payment, const BankEvent& event, const Moment& moment) {
  switch (event.kind) {
    case BankEventKind::kAccepted:
      return Accepted(payment, event, moment);
    case BankEventKind::kCleared:
      return Cleared(payment, event, moment);
    case BankEventKind::kRejected:
      return Rejected(payment, event, moment);
    case BankEventKind::kReceipt:
      return Receipted(payment, event, moment);
    case BankEventKind::kRefunded:
      return CameBack(payment, event, moment);
    case BankEventKind::kUnspecified:
      break;
  }
  return Contradiction(payment, event, moment);
}

}  // namespace fiscus::payments
