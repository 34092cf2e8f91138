#include "services/payments/domain/errand.h"

#include <algorithm>
#include <array>

namespace fiscus::payments {
namespace {

constexpr std::array<std::string_view, 8> kErrandNames = {
    "none", "reserve", "check_expiry", "send", "query", "post", "void", "refund"};

}  // namespace

std::string_view ErrandName(Errand errand) { return kErrandNames.at(static_cast<size_t>(errand)); }

Errand NextErrand(const Payment& payment) {
  if (payment.state == State::kSubmitting) return Errand::kReserve;
  if (IsDead(payment.state)) {
    return payment.hold == Hold::kPending ? Errand::kVoid : Errand::kNone;
  }
  if (payment.clearing_minor > 0) return Errand::kPost;
  if (payment.refunding_minor > 0 && payment.hold == Hold::kPosted) return Errand::kRefund;
  if (IsBeforeOrder(payment.state)) return Errand::kCheckExpiry;
  if (payment.state == State::kOrdered) return Errand::kSend;
  return IsAtBank(payment.state) ? Errand::kQuery : Errand::kNone;
}

absl::Time DueAt(const Payment& payment, const Pace& pace, absl::Time now) {
  switch (NextErrand(payment)) {
    case Errand::kNone:
      return absl::InfiniteFuture();
    case Errand::kReserve:
      return now + pace.resume_after;
    case Errand::kCheckExpiry:
      return std::max(now, payment.expires_at + pace.expiry_grace);
    case Errand::kQuery:
      if (payment.state == State::kUnknown) return now + pace.query_every;
      return now + (payment.state == State::kAccepted ? pace.clearing_max : pace.answer_max);
    case Errand::kSend:
    case Errand::kPost:
    case Errand::kVoid:
    case Errand::kRefund:
      return now;
  }
  return now;
}

}  // namespace fiscus::payments
