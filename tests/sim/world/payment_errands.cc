// The errands of payments: what a stored payment has to do by itself, over a network that may be
// silent.
#include <memory>
#include <utility>

#include "services/payments/domain/submission.h"
#include "tests/sim/world/payments_shell.h"

namespace fiscus::sim {
namespace {

constexpr int64_t kSilenceMs = 600;
constexpr int64_t kAgainMs = 300;

bool IsGone(const trace::Answer& answer) {
  return answer.reason == "RESERVATION_RESOLVED" || answer.reason == "RESERVATION_NOT_FOUND";
}

trace::LedgerCommand Settling(const char* kind, const payments::Payment& payment, int64_t amount) {
  return {.kind = kind,
          .reservation = payment.request.payment_id,
          .currency = payment.request.amount.currency,
          .amount = amount};
}

}  // namespace

// Waits for an answer; `silence` is called if none comes.
int64_t PaymentsShell::Expect(const std::string& id, const std::function<void()>& silence) {
  const int64_t token = ++tokens_;
  running_[id] = token;
  kernel_.After(*this, kSilenceMs, "payments waited for " + id, [this, id, token, silence] {
    if (Take(id, token)) silence();
  });
  return token;
}

// True if the answer is still waited for.
bool PaymentsShell::Take(const std::string& id, int64_t token) {
  const auto it = running_.find(id);
  if (it == running_.end() || it->second != token) return false;
  running_.erase(it);
  return true;
}

void PaymentsShell::TryAgain(const std::string& id) { SetTimer(id, kernel_.now_ms() + kAgainMs); }

void PaymentsShell::AskLedger(const std::string& id, const std::string& request_id,
                              const trace::LedgerCommand& command, int64_t expires_ms,
                              const Answered& answered, const std::function<void()>& silence) {
  const int64_t token = Expect(id, silence);
  const std::string label = "payments asks budget: " + request_id;
  kernel_.Send(budget_, label, [this, request_id, command, expires_ms, id, token, answered, label] {
    budget_.Receive(request_id, command, expires_ms,
                    [this, id, token, answered, label](const trace::Answer& answer) {
                      kernel_.Send(*this, label + ": answer", [this, id, token, answered, answer] {
                        if (Take(id, token)) answered(answer);
                      });
                    });
  });
}

void PaymentsShell::RunErrand(const std::string& id) {
  if (running_.contains(id)) return TryAgain(id);
  const payments::Payment payment = payments_.at(id);
  switch (payments::NextErrand(payment)) {
    case payments::Errand::kNone:
      timers_.erase(id);
      return;
    case payments::Errand::kReserve:
      return Reserve(payment);
    case payments::Errand::kCheckExpiry:
      return CheckExpiry(payment);
    case payments::Errand::kSend:
      return SendOrder(payment);
    case payments::Errand::kQuery:
      return AskBank(id, /*query=*/true);
    case payments::Errand::kPost:
      return PostClearing(payment);
    case payments::Errand::kVoid:
      return VoidHold(payment);
    case payments::Errand::kRefund:
      return SettleRefund(payment);
  }
}

void PaymentsShell::Reserve(const payments::Payment& payment) {
  const std::string id = payment.request.payment_id;
  const payments::Request& r = payment.request;
  const trace::LedgerCommand command{.kind = "RESERVE",
                                     .line = r.line_id,
                                     .reservation = id,
                                     .contract = r.contract_id,
                                     .project = r.project_id,
                                     .currency = r.amount.currency,
                                     .amount = r.amount.minor};
  const auto resolve = [this, id](const std::string& reason) {
    const absl::Status answer =
        reason.empty() ? absl::OkStatus()
                       : Refuse(absl::StatusCode::kFailedPrecondition, reason, "refused", {}, "b");
    Change(id, [&](const payments::Payment& p) { return payments::Resolve(p, answer, Now()); });
  };
  AskLedger(
      id, "reserve:" + id, command, absl::ToUnixMillis(payment.expires_at),
      [resolve](const trace::Answer& answer) { resolve(answer.reason); },
      [this, id, resolve] { bugs_.Has(Bug::kSubmittedUnasked) ? resolve("") : TryAgain(id); });
}

void PaymentsShell::Expire(const std::string& id) {
  Change(id, [&](const payments::Payment& p) { return payments::Expire(p, Now()); });
}

void PaymentsShell::CheckExpiry(const payments::Payment& payment) {
  const std::string id = payment.request.payment_id;
  const int64_t token = Expect(id, [this, id] { TryAgain(id); });
  kernel_.Send(budget_, "payments reads reservation " + id, [this, id, token] {
    const std::string state = budget_.ReservationState(id);
    kernel_.Send(*this, "reservation " + id + " is " + state, [this, id, token, state] {
      if (!Take(id, token)) return;
      const bool stands = state == "PENDING" || state == "POSTED";
      stands ? TryAgain(id) : Expire(id);
    });
  });
}

void PaymentsShell::SendOrder(const payments::Payment& payment) {
  const std::string id = payment.request.payment_id;
  AskLedger(
      id, "confirm:" + id, Settling("CONFIRM", payment, 0), 0,
      [this, id](const trace::Answer& answer) {
        if (IsGone(answer) && !bugs_.Has(Bug::kExpiryOvertaken)) return Expire(id);
        Change(id, [&](const payments::Payment& p) { return payments::Send(p, Now()); });
        if (payments_.at(id).state == payments::State::kSent) AskBank(id, /*query=*/false);
      },
      [this, id] { TryAgain(id); });
}

void PaymentsShell::NoAnswer(const std::string& id) {
  if (bugs_.Has(Bug::kSilenceIsRefusal)) {
    ApplyNews({"silence:" + id, id, "REJECTED", 0});
    return;
  }
  Change(id, [&](const payments::Payment& p) { return payments::NoAnswer(p, Now()); });
}

// Instructs, or asks how far the bank is and instructs only if it knows of no order.
void PaymentsShell::AskBank(const std::string& id, bool query) {
  const payments::Payment payment = payments_.at(id);
  const int64_t token = Expect(id, [this, id] { NoAnswer(id); });
  const bool may_send = payment.state != payments::State::kAccepted;
  const bool anew = query && bugs_.Has(Bug::kResendAsNew) && may_send;
  const std::string order = anew ? id + "/" + std::to_string(token) : id;
  const int64_t amount = payment.request.amount.minor;
  kernel_.Send(bank_, "payments asks the bank about " + id, [=, this] {
    const BankNews* known = bank_.Query(order);
    if (known == nullptr && !may_send) return;
    const BankNews news = known != nullptr && !anew ? *known : bank_.Instruct(order, id, amount);
    kernel_.Send(*this, "the bank answers about " + id, [this, id, token, news] {
      if (!Take(id, token)) return;
      if (!news.kind.empty() && ApplyNews(news)) return;
      Change(id, [&](const payments::Payment& p) { return payments::Known(p, Now()); });
    });
  });
}

void PaymentsShell::PostClearing(const payments::Payment& payment) {
  const std::string id = payment.request.payment_id;
  const auto posted = [this, id] {
    Change(id, [&](const payments::Payment& p) { return payments::Posted(p, Now()); });
  };
  AskLedger(
      id, "post:" + id, Settling("POST", payment, payment.clearing_minor), 0,
      [this, id, posted](const trace::Answer& answer) {
        answer.reason.empty() ? posted() : TryAgain(id);
      },
      [this, id, posted] { bugs_.Has(Bug::kPostedUnasked) ? posted() : TryAgain(id); });
}

void PaymentsShell::VoidHold(const payments::Payment& payment) {
  const std::string id = payment.request.payment_id;
  if (bugs_.Has(Bug::kHoldForgotten)) {
    timers_.erase(id);
    return;
  }
  AskLedger(
      id, "void:" + id, Settling("VOID", payment, 0), 0,
      [this, id](const trace::Answer& answer) {
        if (!answer.reason.empty() && !IsGone(answer)) return TryAgain(id);
        Change(id, [&](const payments::Payment& p) { return payments::Released(p, Now()); });
      },
      [this, id] { TryAgain(id); });
}

void PaymentsShell::SettleRefund(const payments::Payment& payment) {
  const std::string id = payment.request.payment_id;
  const Refund* next = nullptr;
  for (const auto& [refund_id, refund] : refunds_) {
    if (refund.payment == id && !refund.settled && next == nullptr) next = &refund;
  }
  if (next == nullptr) return TryAgain(id);
  const auto settle = [this, id, refund = next->id](const trace::Answer& answer) {
    Refund& found = refunds_.at(refund);
    if (found.settled) return;
    found.settled = true;
    Change(id, [&](const payments::Payment& p) {
      return answer.reason.empty() ? payments::Refunded(p, found.amount, Now())
                                   : payments::RefundRefused(p, found.amount, Now());
    });
  };
  if (bugs_.Has(Bug::kRefundForgotten)) return settle({});
  std::string request_id = "refund:" + next->id;
  if (bugs_.Has(Bug::kRefundIdNew)) request_id += "/" + std::to_string(tokens_);
  AskLedger(id, request_id, Settling("REFUND", payment, next->amount), 0, settle,
            [this, id] { TryAgain(id); });
}

}  // namespace fiscus::sim
