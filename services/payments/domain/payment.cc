#include "services/payments/domain/payment.h"

#include <array>
#include <cassert>

namespace fiscus::payments {
namespace {

constexpr std::array<std::string_view, kStateMax + 1> kStateNames = {
    "UNSPECIFIED",   "SUBMITTING", "SUBMITTED", "REFUSED",  "UNIT_APPROVED", "FINANCE_APPROVED",
    "ORDERED",       "SENT",       "UNKNOWN",   "ACCEPTED", "CLEARED",       "RECEIPTED",
    "BANK_REJECTED", "RETURNED",   "WITHDRAWN", "REFUNDED", "EXPIRED"};
constexpr std::array<std::string_view, 6> kKindNames = {"UNSPECIFIED", "ADVANCE",   "PROGRESS",
                                                        "FINAL",       "RETENTION", "NO_CONTRACT"};

void Record(Decision& decision, State from, const Moment& moment, bool published) {
  ++decision.payment.steps;
  decision.transitions.push_back({.payment = decision.payment,
                                  .from = from,
                                  .effective_date = moment.effective_date,
                                  .at = moment.now,
                                  .actor = moment.actor,
                                  .note = moment.note,
                                  .published = published});
}

}  // namespace

std::string_view StateName(State state) { return kStateNames.at(static_cast<size_t>(state)); }

std::string_view KindName(Kind kind) { return kKindNames.at(static_cast<size_t>(kind)); }

bool IsTerminal(State state) {
  switch (state) {
    case State::kRefused:
    case State::kReturned:
    case State::kWithdrawn:
    case State::kRefunded:
    case State::kExpired:
      return true;
    default:
      return false;
  }
}

bool IsDead(State state) {
  return state == State::kBankRejected || (IsTerminal(state) && state != State::kRefunded);
}

bool FreesVouchers(State state) { return IsDead(state) || state == State::kRefunded; }

bool IsBeforeOrder(State state) {
  return state == State::kSubmitted || state == State::kUnitApproved ||
         state == State::kFinanceApproved;
}

bool IsAtBank(State state) {
  return state == State::kSent || state == State::kUnknown || state == State::kAccepted;
}

int64_t LiveMinor(const Payment& payment) {
  if (IsDead(payment.state)) return 0;
  if (payment.hold == Hold::kPosted) return payment.cleared_minor - payment.refunded_minor;
  return payment.request.amount.minor;
}

absl::Status RefusalStatus(const Payment& payment) {
  if (payment.state != State::kRefused || !payment.refusal.has_value()) return absl::OkStatus();
  const Refusal& refusal = *payment.refusal;
  return Refuse(refusal.code, refusal.reason, refusal.message, refusal.figures, refusal.domain);
}

std::optional<Refusal> RefusalFrom(const absl::Status& status, std::string_view domain) {
  std::optional<RefusalInfo> info = RefusalOf(status);
  if (!info.has_value()) return std::nullopt;
  return Refusal{.code = status.code(),
                 .reason = info->reason,
                 .domain = info->domain.empty() ? std::string(domain) : info->domain,
                 .message = std::string(status.message()),
                 .figures = info->figures};
}

Payment AsSubmitted(const Payment& payment) {
  Payment answer = payment;
  if (payment.state == State::kSubmitting || payment.state == State::kRefused) return answer;
  answer.state = State::kSubmitted;
  answer.hold = Hold::kPending;
  answer.version = 1;
  answer.cleared_minor = 0;
  answer.refunded_minor = 0;
  answer.refunding_minor = 0;
  answer.clearing_minor = 0;
  answer.settles_on.reset();
  answer.ledger_attempt = 0;
  answer.ordered_on.reset();
  answer.unit_approver.clear();
  answer.finance_approver.clear();
  answer.signer.clear();
  answer.refusal.reset();
  answer.bank_reference.clear();
  answer.receipt_no.clear();
  return answer;
}

void Advance(Decision& decision, State to, const Moment& moment) {
  const State from = decision.payment.state;
  // The money core's own rules, on in production: a terminal state is never left, and no more is
  // cleared than was asked for.
  assert(!IsTerminal(from));
  assert(decision.payment.cleared_minor <= decision.payment.request.amount.minor);
  decision.payment.state = to;
  ++decision.payment.version;
  Record(decision, from, moment, true);
}

void Remark(Decision& decision, const Moment& moment) {
  Record(decision, decision.payment.state, moment, false);
}

}  // namespace fiscus::payments
