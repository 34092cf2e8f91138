// What people, the clock and the ledger do to a payment: approvals, order, return, withdrawal,
// expiry, sending, posting, refund.
//
// Pure; thread-safe (values only). Every function is total: it gives a decision, or a refusal, or a
// decision without transitions when there is nothing (more) to do, so that a repeat after a crash
// is harmless.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

// What a person may do to a payment before it is ordered.
enum class Command { kApproveByUnit, kApproveByFinance, kOrder, kReturn, kWithdraw };

// Decides a command of `moment.actor`. `expected_version` 0: any.
// Refuses, in this order: SAME_PERSON (Y4: maker ≠ unit approver ≠ finance approver ≠ signer),
// NOT_MAKER (withdrawal), WRONG_STATE, VERSION_MISMATCH. A returned or withdrawn payment keeps its
// hold until the ledger has voided it (Released).
absl::StatusOr<Decision> Decide(const Payment& payment, Command command, int64_t expected_version,
                                const Moment& moment);

// The reservation is gone (expired in the ledger): any state up to ORDERED → EXPIRED. Nothing in
// later states.
Decision Expire(const Payment& payment, const Moment& moment);

// ORDERED → SENT; recorded before the bank is called, so that a crash in between leaves a payment
// that is queried, not sent as new.
Decision Send(const Payment& payment, const Moment& moment);

// The bank did not answer in time: SENT → UNKNOWN.
Decision NoAnswer(const Payment& payment, const Moment& moment);

// The bank has the instruction but has not processed it: UNKNOWN → SENT.
Decision Known(const Payment& payment, const Moment& moment);

// The ledger has posted the clearing: → CLEARED, and on to RECEIPTED if the receipt came first.
Decision Posted(const Payment& payment, const Moment& moment);

// The ledger has given the hold back; BANK_REJECTED → RETURNED.
Decision Released(const Payment& payment, const Moment& moment);

// The ledger has refused, and recorded, what it must be able to do (confirm, post, void): the next
// attempt is a command of its own. The first refusal is remarked. Nothing if `attempt` is not the
// present one (another was quicker).
Decision LedgerRefused(const Payment& payment, int64_t attempt, const Moment& moment);

// A refund may be recorded. Refuses, in this order: CURRENCY_MISMATCH, WRONG_STATE, EXCEEDS_CLEARED
// (Y8).
absl::Status CheckRefund(const Payment& payment, const Money& amount);

// The refund is recorded, the ledger does not know yet. `amount_minor` was checked.
Decision RefundRecorded(const Payment& payment, int64_t amount_minor);

// The ledger has taken the refund: → REFUNDED when all came back, else the state stays.
Decision Refunded(const Payment& payment, int64_t amount_minor, const Moment& moment);

// The ledger refused the refund for good: a remark explains.
Decision RefundRefused(const Payment& payment, int64_t amount_minor, const Moment& moment);

// Accounting date of a clearing or refund: the bank's value date, moved to the end of the payment's
// year if it lies in a later one (the reservation is of that year, L7), and to the payment's own
// date if it lies before it.
absl::CivilDay AccountingDate(const Payment& payment, absl::CivilDay value_date);

}  // namespace fiscus::payments
