#include "services/payments/saga/bank_events.h"

#include <algorithm>
#include <map>
#include <set>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "services/payments/saga/commit.h"
#include "services/payments/store/bank_store.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

constexpr std::string_view kRefundSpace = "fiscus.payments.bank_refund";

// One transaction's work on a list of events.
class Application {
 public:
  Application(const Deps& deps, const Call& call, const std::vector<BankEvent>& events)
      : deps_(deps), call_(call), events_(events) {}

  absl::StatusOr<std::vector<AppliedEvent>> Run(pg::Tx& tx);

 private:
  absl::Status Load(pg::Tx& tx);
  AppliedEvent ApplyOne(const BankEvent& event);
  absl::Status Save(pg::Tx& tx);
  store::Refund RefundOf(const BankEvent& event, const Payment& payment,
                         int64_t amount_minor) const;

  const Deps& deps_;
  const Call& call_;
  const std::vector<BankEvent>& events_;
  std::set<std::string> known_;                   // event ids
  std::map<std::string, store::Change> changes_;  // by payment id; `decision` collects all events
  std::vector<store::JudgedEvent> judged_;
  std::vector<store::Refund> refunds_;
  std::vector<ExpectedRefund> expected_;
  std::map<std::string, std::string> told_;  // expected refunds → events that told of them
};

absl::StatusOr<std::vector<AppliedEvent>> Application::Run(pg::Tx& tx) {
  RETURN_IF_ERROR(Load(tx));
  std::vector<AppliedEvent> results;
  for (const BankEvent& event : events_) results.push_back(ApplyOne(event));
  RETURN_IF_ERROR(Save(tx));
  for (size_t i = 0; i < events_.size(); ++i) {
    const auto change = changes_.find(events_[i].payment_id);
    if (change != changes_.end()) results[i].state = change->second.decision.payment.state;
  }
  return results;
}

absl::Status Application::Load(pg::Tx& tx) {
  std::set<std::string> payment_ids;
  std::vector<std::string> event_ids;
  for (const BankEvent& event : events_) {
    if (IsUuid(event.payment_id)) payment_ids.insert(event.payment_id);
    event_ids.push_back(event.event_id);
  }
  // The payments' locks come first: whoever else applies the same event has then committed it, or
  // waits.
  ASSIGN_OR_RETURN(const std::vector<Payment> locked,
                   store::Lock(tx, {payment_ids.begin(), payment_ids.end()}));
  for (const Payment& payment : locked) {
    changes_[payment.request.payment_id] = {.before = payment, .decision = {.payment = payment}};
  }
  ASSIGN_OR_RETURN(known_, store::FindEvents(tx, event_ids));
  const bool back = std::any_of(events_.begin(), events_.end(), [](const BankEvent& event) {
    return event.kind == BankEventKind::kRefunded;
  });
  if (back && !payment_ids.empty()) {
    ASSIGN_OR_RETURN(expected_,
                     store::LoadExpectedRefunds(tx, {payment_ids.begin(), payment_ids.end()}));
  }
  return absl::OkStatus();
}

AppliedEvent Application::ApplyOne(const BankEvent& event) {
  AppliedEvent result;
  if (!known_.insert(event.event_id).second) {
    result.replayed = true;
    return result;
  }
  const auto found = changes_.find(event.payment_id);
  if (found == changes_.end()) {
    result.verdict = Verdict::kUnknownPayment;
  } else if (const auto refund = FindExpected(expected_, event); refund != expected_.end()) {
    // Finance has recorded this money already.
    result.verdict = Verdict::kRedundant;
    told_[refund->refund_id] = event.event_id;
    expected_.erase(refund);
  } else {
    Decision& sofar = found->second.decision;
    const absl::CivilDay own = sofar.payment.request.effective_date;
    EventDecision next =
        ApplyBankEvent(sofar.payment, event, MomentOf(call_, event.value_date.value_or(own)));
    result.verdict = next.verdict;
    if (next.refund_minor > 0)
      refunds_.push_back(RefundOf(event, sofar.payment, next.refund_minor));
    sofar.payment = next.decision.payment;
    for (Transition& transition : next.decision.transitions) {
      sofar.transitions.push_back(std::move(transition));
    }
  }
  judged_.push_back({event, result.verdict});
  metrics::Counter("fiscus_payments_bank_events_total",
                   "Events at the bank, by what was made of them",
                   {{"verdict", std::string(VerdictName(result.verdict))}})
      .Increment();
  if (result.verdict == Verdict::kContradictory || result.verdict == Verdict::kUnknownPayment) {
    log::Error("a bank event was kept but not applied", {{"verdict", VerdictName(result.verdict)},
                                                         {"event_id", event.event_id},
                                                         {"payment_id", event.payment_id},
                                                         {"kind", BankEventName(event.kind)},
                                                         {"amount_minor", event.amount_minor},
                                                         {"tenant", call_.caller.tenant}});
  }
  return result;
}

store::Refund Application::RefundOf(const BankEvent& event, const Payment& payment,
                                    int64_t amount_minor) const {
  const absl::CivilDay own = payment.request.effective_date;
  return {.refund_id = NamedUuid(kRefundSpace, call_.caller.tenant + "/" + event.event_id),
          .payment_id = event.payment_id,
          .amount_minor = amount_minor,
          .source = store::RefundSource::kBank,
          .effective_date = std::max(own, event.value_date.value_or(own)),
          .actor = {.subject = call_.caller.subject},
          .note = "bank event " + event.event_id,
          .recorded_at = TruncateToMicros(call_.now),
          .bank_reference = event.bank_reference,
          .bank_event_id = event.event_id};
}

absl::Status Application::Save(pg::Tx& tx) {
  std::vector<store::Change> applied;
  std::set<std::string> touched;
  for (const store::JudgedEvent& judged : judged_) {
    if (judged.verdict == Verdict::kApplied || judged.verdict == Verdict::kContradictory) {
      touched.insert(judged.event.payment_id);
    }
  }
  for (const std::string& payment_id : touched) applied.push_back(changes_.at(payment_id));
  RETURN_IF_ERROR(store::InsertEvents(tx, judged_, TruncateToMicros(call_.now)));
  for (const store::Refund& refund : refunds_) RETURN_IF_ERROR(store::InsertRefund(tx, refund));
  RETURN_IF_ERROR(store::TellRefunds(tx, told_));
  return SaveChanges(deps_, tx, call_, applied, Audit::kHere);
}

}  // namespace

absl::StatusOr<std::vector<AppliedEvent>> ApplyBankEvents(const Deps& deps, const Call& call,
                                                          const std::vector<BankEvent>& events,
                                                          const std::optional<CursorMove>& cursor) {
  std::vector<AppliedEvent> results;
  RETURN_IF_ERROR(
      deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        Application application(deps, call, events);
        ASSIGN_OR_RETURN(results, application.Run(tx));
        if (!cursor.has_value()) return absl::OkStatus();
        const absl::Status moved =
            store::MoveCursor(tx, cursor->adapter, cursor->from, cursor->to, deps.clock.Now());
        // Another instance was quicker: it has applied these events too, so there is nothing to try
        // again.
        if (moved.code() == absl::StatusCode::kAborted) {
          return absl::FailedPreconditionError("another instance moved the cursor");
        }
        return moved;
      }));
  return results;
}

}  // namespace fiscus::payments
