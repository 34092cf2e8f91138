#include "services/payments/saga/commit.h"

#include <algorithm>

#include "libs/core/dates.h"
#include "libs/events/outbox.h"
#include "libs/runtime/metrics.h"
#include "services/payments/codec/payment_codec.h"

namespace fiscus::payments {
namespace {

// What a commit needs at least, of the caller's deadline.
constexpr absl::Duration kCommitTime = absl::Milliseconds(400);

std::string AggregateOf(const Payment& payment) { return "payments/" + payment.request.payment_id; }

void CountTransition(State state) {
  metrics::Counter("fiscus_payments_transitions_total", "Payments that reached a state",
                   {{"state", std::string(StateName(state))}})
      .Increment();
}

absl::Status Publish(pg::Tx& tx, const Call& call, const std::vector<const Decision*>& decisions) {
  std::vector<events::Event> facts;
  for (const Decision* decision : decisions) {
    for (const Transition& transition : decision->transitions) {
      if (!transition.published) continue;
      facts.push_back(events::MakeEvent(AggregateOf(transition.payment),
                                        transition.payment.request.project_id,
                                        ToEvent(transition)));
      CountTransition(transition.payment.state);
    }
  }
  if (facts.empty()) return absl::OkStatus();
  return events::Append(tx, call, facts).status();
}

// From the first of its states at the bank to the last.
absl::Status SetDoubtTimers(pg::Tx& tx, absl::Time now,
                            const std::vector<const Decision*>& decisions) {
  std::vector<pg::DueSubject> opened;
  std::vector<std::string> closed;
  for (const Decision* decision : decisions) {
    if (decision->transitions.empty()) continue;
    const std::string& id = decision->payment.request.payment_id;
    const bool was_open = IsAtBank(decision->transitions.front().from);
    const bool is_open = IsAtBank(decision->payment.state);
    if (is_open && !was_open) opened.push_back({id, now + kDoubtMax});
    if (was_open && !is_open) closed.push_back(id);
  }
  RETURN_IF_ERROR(pg::ScheduleTimers(tx, kDoubtTimer, opened));
  return pg::CancelTimers(tx, kDoubtTimer, closed);
}

absl::Status SetTimers(const Deps& deps, pg::Tx& tx,
                       const std::vector<const Decision*>& decisions) {
  const absl::Time now = deps.clock.Now();
  std::vector<pg::DueSubject> ledger, bank;
  bool due_now = false;
  for (const Decision* decision : decisions) {
    const Errand errand = NextErrand(decision->payment);
    if (errand == Errand::kNone) continue;
    const absl::Time due = DueAt(decision->payment, deps.pace, now);
    due_now |= due <= now;
    (TimerOf(errand) == kBankTimer ? bank : ledger)
        .push_back({decision->payment.request.payment_id, due});
  }
  RETURN_IF_ERROR(SetDoubtTimers(tx, now, decisions));
  RETURN_IF_ERROR(pg::ScheduleTimers(tx, kLedgerTimer, ledger));
  RETURN_IF_ERROR(pg::ScheduleTimers(tx, kBankTimer, bank));
  if (due_now) tx.OnCommit(deps.wake_timers);
  return absl::OkStatus();
}

std::string Digestible(const Payment& payment) { return ToProto(payment).SerializeAsString(); }

absl::Status WriteAudit(pg::Tx& tx, const Call& call, const std::vector<store::Change>& changes) {
  std::vector<pg::AuditRecord> records;
  for (const store::Change& change : changes) {
    records.push_back({.call = call,
                       .subject = AggregateOf(change.before),
                       .before = Digestible(change.before),
                       .after = Digestible(change.decision.payment)});
  }
  if (records.empty()) return absl::OkStatus();
  return pg::InsertAudit(tx, records);
}

}  // namespace

std::string_view TimerOf(Errand errand) {
  return errand == Errand::kSend || errand == Errand::kQuery ? kBankTimer : kLedgerTimer;
}

absl::Status SaveFresh(const Deps& deps, pg::Tx& tx, const Call& call,
                       const std::vector<store::Fresh>& fresh) {
  RETURN_IF_ERROR(store::Insert(tx, fresh));
  std::vector<const Decision*> decisions;
  std::string after;
  for (const store::Fresh& item : fresh) {
    decisions.push_back(&item.decision);
    after += Digestible(item.decision.payment);
  }
  RETURN_IF_ERROR(Publish(tx, call, decisions));
  RETURN_IF_ERROR(SetTimers(deps, tx, decisions));
  tx.AuditSubject(fresh.size() == 1 ? AggregateOf(fresh[0].decision.payment)
                                    : "payments/batch/" + call.request_id,
                  "", after);
  return absl::OkStatus();
}

absl::Status SaveChanges(const Deps& deps, pg::Tx& tx, const Call& call,
                         const std::vector<store::Change>& changes, Audit audit) {
  RETURN_IF_ERROR(store::Update(tx, changes));
  std::vector<const Decision*> decisions;
  for (const store::Change& change : changes) decisions.push_back(&change.decision);
  RETURN_IF_ERROR(Publish(tx, call, decisions));
  RETURN_IF_ERROR(SetTimers(deps, tx, decisions));
  if (audit == Audit::kHere) return WriteAudit(tx, call, changes);
  for (const store::Change& change : changes) {
    tx.AuditSubject(AggregateOf(change.before), Digestible(change.before),
                    Digestible(change.decision.payment));
  }
  return absl::OkStatus();
}

Call JobCall(const Deps& deps, std::string_view tenant, absl::Duration limit) {
  Call call = SystemCall("payments", tenant, deps.clock.Now(), limit);
  // Deadlines are the machine's, also where the business runs on a clock of its own.
  call.deadline = SystemClock().Now() + limit;
  return call;
}

Call Limited(const Call& call, absl::Duration limit) {
  Call limited = call;
  limited.deadline = std::min(call.deadline, SystemClock().Now() + limit);
  return limited;
}

Call BeforeDeadline(const Call& call) {
  Call earlier = call;
  if (call.deadline - SystemClock().Now() > 2 * kCommitTime) earlier.deadline -= kCommitTime;
  return earlier;
}

Moment MomentOf(const Call& call, absl::CivilDay effective_date, std::string note) {
  return {.now = TruncateToMicros(call.now),
          .actor = {.subject = call.caller.subject, .on_behalf_of = call.caller.on_behalf_of},
          .effective_date = effective_date,
          .note = std::move(note)};
}

absl::StatusOr<Payment> Change(const Deps& deps, const Call& call, const std::string& payment_id,
                               absl::FunctionRef<Decision(const Payment&)> decide) {
  Payment after;
  RETURN_IF_ERROR(
      deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Payment before, store::LockOne(tx, payment_id));
        Decision decision = decide(before);
        after = decision.payment;
        if (decision.transitions.empty() && after == before)
          return SetTimers(deps, tx, {&decision});
        return SaveChanges(deps, tx, call, {{before, std::move(decision)}}, Audit::kHere);
      }));
  return after;
}

}  // namespace fiscus::payments
