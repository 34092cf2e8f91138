// A payment as a value: what was asked, how far it is, what the ledger holds for it, what it still
// has to do.
//
// Pure values, used by every file of this folder; amounts are minor units (fen for CNY) of
// `request.amount.currency`. Invariants (kept by the functions of this folder, checked by the
// database):
//   0 ≤ refunded + refunding ≤ cleared ≤ amount;  cleared > 0 ⇔ posted in the ledger;  a terminal
//   state is never left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/core/money.h"
#include "libs/core/status.h"

namespace fiscus::payments {

// Domain of our reasons in errors.
inline constexpr std::string_view kDomain = "fiscus.payments.v1";

// Numbers are those of fiscus.payments.v1.PaymentState and of the database.
enum class State {
  kUnspecified = 0,
  kSubmitting = 1,
  kSubmitted = 2,
  kRefused = 3,
  kUnitApproved = 4,
  kFinanceApproved = 5,
  kOrdered = 6,
  kSent = 7,
  kUnknown = 8,
  kAccepted = 9,
  kCleared = 10,
  kReceipted = 11,
  kBankRejected = 12,
  kReturned = 13,
  kWithdrawn = 14,
  kRefunded = 15,
  kExpired = 16,
};
inline constexpr int kStateMax = 16;

// Numbers are those of fiscus.payments.v1.PaymentKind and of the database.
enum class Kind {
  kUnspecified = 0,
  kAdvance = 1,
  kProgress = 2,
  kFinal = 3,
  kRetention = 4,
  kNoContract = 5,
};

// What the ledger holds for a payment, as far as it has told us.
enum class Hold {
  kNone = 0,      // nothing reserved (yet)
  kPending = 1,   // reserved: in transit
  kPosted = 2,    // paid
  kReleased = 3,  // voided or expired: given back
};

// An account that is paid.
struct Payee {
  std::string name;
  std::string account_no;
  std::string bank_code;

  friend bool operator==(const Payee&, const Payee&) = default;
};

// Who did something.
struct Actor {
  std::string subject;       // user id or service name
  std::string on_behalf_of;  // the user for whom a service acted, else empty

  friend bool operator==(const Actor&, const Actor&) = default;
};

// What the maker asked for; never changes.
struct Request {
  std::string payment_id;
  std::string project_id;
  std::string contract_id;  // empty: without contract
  std::string line_id;
  std::string unit_path;
  Kind kind = Kind::kUnspecified;
  Money amount;
  Payee payee;
  std::string purpose;
  std::vector<std::string> vouchers;
  std::string no_contract_reason;
  absl::CivilDay effective_date;
  std::string revises_payment_id;

  friend bool operator==(const Request&, const Request&) = default;
};

// An explained refusal, kept with the payment.
struct Refusal {
  absl::StatusCode code = absl::StatusCode::kFailedPrecondition;
  std::string reason;
  std::string domain;
  std::string message;
  Figures figures;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// A payment.
struct Payment {
  Request request;
  State state = State::kUnspecified;
  Hold hold = Hold::kNone;
  // Number of changes published; 0 while SUBMITTING.
  int64_t version = 0;
  // Number of steps recorded.
  int64_t steps = 0;
  // Posted in the ledger.
  int64_t cleared_minor = 0;
  // Given back in the ledger.
  int64_t refunded_minor = 0;
  // Came back, the ledger does not know yet.
  int64_t refunding_minor = 0;
  // Announced by the bank as cleared, the ledger does not know yet; 0: nothing announced.
  int64_t clearing_minor = 0;
  // Accounting date of what the ledger must still be told: the posting of that clearing, or the
  // voiding of a dead payment.
  std::optional<absl::CivilDay> settles_on;
  // Refusals, recorded by the ledger, of the command that the payment owes it now.
  int64_t ledger_attempt = 0;
  // Date that the order carries.
  std::optional<absl::CivilDay> ordered_on;
  // The people of the four-eyes rule (Y4), empty until they acted.
  Actor maker;
  std::string unit_approver;
  std::string finance_approver;
  std::string signer;
  // Why it was refused or rejected.
  std::optional<Refusal> refusal;
  std::string bank_reference;
  std::string receipt_no;
  // When a pending reservation expires unless the payment was ordered.
  absl::Time expires_at = absl::InfiniteFuture();

  friend bool operator==(const Payment&, const Payment&) = default;
};

// One step that a payment took, and the payment as it was after it.
struct Transition {
  Payment payment;
  State from = State::kUnspecified;
  int64_t refund_minor = 0;
  absl::CivilDay effective_date;
  absl::Time at;
  Actor actor;
  std::string note;
  // False: recorded as a step only (SUBMITTING, remarks), nothing is published.
  bool published = true;
};

// What a decision changes: the payment as it shall be stored, and the steps to be recorded, oldest
// first.
struct Decision {
  Payment payment;
  std::vector<Transition> transitions;
};

// The moment, the person and the business date of a decision.
struct Moment {
  absl::Time now;
  Actor actor;
  absl::CivilDay effective_date;
  std::string note;
};

// "SUBMITTED" etc.; the names of the proto without their prefix.
std::string_view StateName(State state);
std::string_view KindName(Kind kind);

// No command, event or errand leads out of these.
bool IsTerminal(State state);

// Refused, returned, withdrawn, expired or rejected: no money went out or will.
bool IsDead(State state);

// Dead, or refunded in full: its vouchers serve another payment.
bool FreesVouchers(State state);

// Before the order: approvers and the maker still decide.
bool IsBeforeOrder(State state);

// The bank may have it and no decisive event is known.
bool IsAtBank(State state);

// What the payment takes of its contract's value: its amount until it is cleared, then what was
// cleared and not refunded, nothing once it is dead.
int64_t LiveMinor(const Payment& payment);

// The payment's error for its maker; OK unless it is REFUSED.
absl::Status RefusalStatus(const Payment& payment);
// The record of an error that is a refusal; nullopt for other errors (a lost connection). An empty
// domain becomes `domain`.
std::optional<Refusal> RefusalFrom(const absl::Status& status, std::string_view domain);

// The payment as SubmitPayment answered it, whatever happened since: repeats get the same answer.
Payment AsSubmitted(const Payment& payment);

// Moves `payment` to `to` and appends the step to `decision`; `decision.payment` follows.
void Advance(Decision& decision, State to, const Moment& moment);
// Appends a remark: a step that changes no state.
void Remark(Decision& decision, const Moment& moment);

}  // namespace fiscus::payments
