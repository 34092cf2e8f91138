// Saves decisions: rows, steps, events, timers and audit records belong to one transaction. The
// only way by which sagas and handlers change payments.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "libs/pg/timer.h"
#include "libs/pg/transact.h"
#include "services/payments/deps.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

// Timers, by the peer that the errand talks to: a bank that is silent must not hold up the ledger.
inline constexpr std::string_view kLedgerTimer = "payment.ledger";
inline constexpr std::string_view kBankTimer = "payment.bank";
std::string_view TimerOf(Errand errand);
// Set while a payment is at the bank; nobody handles it. Overdue: its outcome is open for too long.
inline constexpr std::string_view kDoubtTimer = "payment.doubt";
inline constexpr absl::Duration kDoubtMax = absl::Minutes(15);

// Who writes the audit record: pg::Transact, with what Save tells it, or Save itself.
enum class Audit { kByTransact, kHere };

// New payments. Events are published for those with published transitions; timers are set for what
// is due.
absl::Status SaveFresh(const Deps& deps, pg::Tx& tx, const Call& call,
                       const std::vector<store::Fresh>& fresh);
// Changes of payments that `tx` has locked.
absl::Status SaveChanges(const Deps& deps, pg::Tx& tx, const Call& call,
                         const std::vector<store::Change>& changes, Audit audit);

// A call of this service for a tenant (timers, feed), at most `limit` long.
Call JobCall(const Deps& deps, std::string_view tenant, absl::Duration limit);
// `call` with an end no later than `limit` from now.
Call Limited(const Call& call, absl::Duration limit);
// `call` with an end early enough that its outcome can still be saved within the caller's deadline.
Call BeforeDeadline(const Call& call);
// The moment of a call, for decisions.
Moment MomentOf(const Call& call, absl::CivilDay effective_date, std::string note = {});

// pg::Transact for a body that needs what a peer told before it. Where the peer failed, a repeat is
// still answered from its record; any other request gets the peer's failure, at once: Transact
// would retry it until the deadline, and no run of the body mends it.
template <class Response, class Told>
absl::StatusOr<Response> TransactWith(
    const Deps& deps, const Call& call, const absl::StatusOr<Told>& told,
    absl::FunctionRef<absl::StatusOr<Response>(pg::Tx&, const Told&)> body) {
  const absl::StatusOr<Response> answer =
      pg::Transact<Response>(deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<Response> {
        if (!told.ok()) return absl::CancelledError("not told");
        return body(tx, *told);
      });
  return told.ok() || answer.ok() || !absl::IsCancelled(answer.status()) ? answer : told.status();
}

// Locks a payment, decides, saves and sets its timer anew, in one transaction; the payment after
// it. A decision that changes nothing only sets the timer.
absl::StatusOr<Payment> Change(const Deps& deps, const Call& call, const std::string& payment_id,
                               absl::FunctionRef<Decision(const Payment&)> decide);

}  // namespace fiscus::payments
