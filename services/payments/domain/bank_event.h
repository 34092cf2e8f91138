// What an event at the bank does to a payment. Events may repeat, come out of order (CLEARED before
// ACCEPTED, RECEIPT before CLEARED) or contradict what is known; a contradiction never changes the
// payment, it is kept as a remark for people.
//
// Called by saga/bank_events.cc inside a transaction, on the payment locked by it. Pure;
// thread-safe (values only).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

// Numbers are those of fiscus.payments.v1.BankEventKind and of the database.
enum class BankEventKind {
  kUnspecified = 0,
  kAccepted = 1,
  kCleared = 2,
  kRejected = 3,
  kReceipt = 4,
  kRefunded = 5,
};

// An event as the bank told it.
struct BankEvent {
  std::string event_id;
  std::string payment_id;
  BankEventKind kind = BankEventKind::kUnspecified;
  int64_t amount_minor = 0;
  std::string bank_reference;
  std::string bank_code;
  std::string code_class;
  std::string receipt_no;
  std::optional<absl::CivilDay> value_date;  // nullopt: not told or not a date
};

// What became of an event. Numbers are those of the database.
enum class Verdict {
  kApplied = 1,         // it changed the payment
  kRedundant = 2,       // it says what is known already
  kContradictory = 3,   // it cannot be true together with what is known; kept, logged, not applied
  kUnknownPayment = 4,  // no such payment; kept, logged
};

std::string_view VerdictName(Verdict verdict);
std::string_view BankEventName(BankEventKind kind);

// The decision about one event.
struct EventDecision {
  Verdict verdict = Verdict::kApplied;
  Decision decision;
  // > 0: a refund of this amount is to be recorded for the ledger.
  int64_t refund_minor = 0;
};

// A refund that finance recorded with the bank's reference before the bank told of it.
struct ExpectedRefund {
  std::string refund_id;
  std::string payment_id;
  std::string bank_reference;
  int64_t amount_minor = 0;
};

// The one, of `expected`, that the event tells of: REFUNDED of the same payment, reference and
// amount. The first of several; end() if there is none, which is always so without a reference.
std::vector<ExpectedRefund>::iterator FindExpected(std::vector<ExpectedRefund>& expected,
                                                   const BankEvent& event);

// Decides about an event that was not seen before. `moment.note` is ignored.
//   ACCEPTED  SENT, UNKNOWN → ACCEPTED.
//   CLEARED   0 < amount ≤ asked and nothing decided yet: announced (clearing); CLEARED follows
//   when the ledger has posted it. REJECTED  nothing decided yet: → BANK_REJECTED with the bank's
//   code and class. RECEIPT   CLEARED → RECEIPTED; before that the number is kept until CLEARED.
//   REFUNDED  Σ refunds ≤ cleared (or announced; or asked, while nothing is announced): recorded
//   for the ledger.
EventDecision ApplyBankEvent(const Payment& payment, const BankEvent& event, const Moment& moment);

}  // namespace fiscus::payments
