// What a payment still has to do by itself, after any crash: the one function that drives every
// saga of this service.
//
// The shell (saga/driver.cc) keeps a durable timer per payment, asks here what is due, does it, and
// asks again. Because the answer is a function of the stored payment alone, nothing is forgotten
// and nothing is done for a payment that has moved on.
#pragma once

#include "absl/time/time.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

enum class Errand {
  kNone,         // nothing by itself: people decide, or it has ended
  kReserve,      // ask the ledger for the money (phase one)
  kCheckExpiry,  // ask the ledger whether the reservation still stands
  kSend,         // keep the reservation from expiring, then instruct the bank
  kQuery,        // ask the bank how far it is
  kPost,         // tell the ledger what was cleared (phase two)
  kVoid,         // tell the ledger to give the hold back (phase two)
  kRefund,       // tell the ledger what came back
};

std::string_view ErrandName(Errand errand);

// The next errand; a clearing goes before a refund, both before any question to the bank.
Errand NextErrand(const Payment& payment);

// Limits of waiting; all > 0.
struct Pace {
  absl::Duration resume_after;  // a submission may take this long before the timer resumes it
  absl::Duration expiry_grace;  // the ledger expires first, then we ask
  absl::Duration answer_max;    // SENT without news: query (B4: 60 s)
  absl::Duration query_every;   // UNKNOWN: query again
  absl::Duration clearing_max;  // ACCEPTED without news: query
};

// When the next errand is due at the earliest, if the last one went well at `now`; InfiniteFuture
// without errand.
absl::Time DueAt(const Payment& payment, const Pace& pace, absl::Time now);

}  // namespace fiscus::payments
