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
#include "services/payments/deps.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

// Timers, by the peer that the errand talks to: a bank that is silent must not hold up the ledger.
inline constexpr std::string_view kLedgerTimer = "payment.ledger";
inline constexpr std::string_view kBankTimer = "payment.bank";
std::string_view TimerOf(Errand errand);

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

// Locks a payment, decides, saves and sets its timer anew, in one transaction; the payment after
// it. A decision that changes nothing only sets the timer.
absl::StatusOr<Payment> Change(const Deps& deps, const Call& call, const std::string& payment_id,
                               absl::FunctionRef<Decision(const Payment&)> decide);

}  // namespace fiscus::payments
