// Every event in every state: applied, redundant or contradictory; a contradiction never changes
// the payment.
#include "services/payments/domain/bank_event.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "services/payments/domain/examples/examples.h"
#include "services/payments/domain/transitions.h"

namespace fiscus::payments {
namespace {

using examples::By;
using examples::In;

BankEvent Told(BankEventKind kind, int64_t amount_minor = 10'000) {
  return {.event_id = "E1",
          .payment_id = examples::ProgressRequest().payment_id,
          .kind = kind,
          .amount_minor = amount_minor,
          .bank_reference = "B1",
          .bank_code = "AC04",
          .code_class = "CREDITOR_ACCOUNT",
          .receipt_no = "R1",
          .value_date = examples::kDay};
}

Verdict VerdictOf(const Payment& payment, const BankEvent& event) {
  return ApplyBankEvent(payment, event, By("payments")).verdict;
}

// A = applied, r = redundant, X = contradictory; columns ACCEPTED CLEARED REJECTED RECEIPT
// REFUNDED.
const std::map<State, std::string> kTable = {{State::kSubmitting, "XXXXX"},
                                             {State::kSubmitted, "XXXXX"},
                                             {State::kRefused, "XXXXX"},
                                             {State::kUnitApproved, "XXXXX"},
                                             {State::kFinanceApproved, "XXXXX"},
                                             {State::kOrdered, "XXXXX"},
                                             {State::kSent, "AAAAA"},
                                             {State::kUnknown, "AAAAA"},
                                             {State::kAccepted, "rAAAA"},
                                             {State::kCleared, "rrXAA"},
                                             {State::kReceipted, "rrXrA"},
                                             {State::kBankRejected, "rXrXX"},
                                             {State::kReturned, "XXXXX"},
                                             {State::kWithdrawn, "XXXXX"},
                                             {State::kRefunded, "rrXAX"},
                                             {State::kExpired, "XXXXX"}};

TEST_CASE("Every event in every state has its verdict", "[payments][domain]") {
  for (const auto& [state, verdicts] : kTable) {
    for (int kind = 1; kind <= 5; ++kind) {
      const Payment payment = In(state);
      const EventDecision out =
          ApplyBankEvent(payment, Told(static_cast<BankEventKind>(kind)), By("payments"));
      const char letter = out.verdict == Verdict::kApplied     ? 'A'
                          : out.verdict == Verdict::kRedundant ? 'r'
                                                               : 'X';
      INFO(StateName(state) << " " << BankEventName(static_cast<BankEventKind>(kind)));
      CHECK(letter == verdicts[kind - 1]);
      if (letter != 'A') {
        CHECK(out.decision.payment.state == payment.state);
        CHECK(out.decision.payment.version == payment.version);
        CHECK(out.refund_minor == 0);
      }
      // A contradiction is told to people.
      if (letter == 'X') CHECK_FALSE(out.decision.transitions.at(0).published);
    }
  }
  CHECK(VerdictOf(In(State::kSent), Told(BankEventKind::kUnspecified)) == Verdict::kContradictory);
}

TEST_CASE("A clearing is announced, then posted; its amount is bounded by the order",
          "[payments][domain]") {
  const Payment sent = In(State::kSent);
  CHECK(VerdictOf(sent, Told(BankEventKind::kCleared, 0)) == Verdict::kContradictory);
  CHECK(VerdictOf(sent, Told(BankEventKind::kCleared, 10'001)) == Verdict::kContradictory);
  CHECK(VerdictOf(sent, Told(BankEventKind::kCleared, INT64_MIN)) == Verdict::kContradictory);
  const Payment announced =
      ApplyBankEvent(sent, Told(BankEventKind::kCleared, 1), By("p")).decision.payment;
  CHECK(announced.state == State::kSent);
  CHECK(announced.clearing_minor == 1);
  CHECK(announced.settles_on == examples::kDay);
  CHECK(VerdictOf(announced, Told(BankEventKind::kCleared, 1)) == Verdict::kRedundant);
  CHECK(VerdictOf(announced, Told(BankEventKind::kCleared, 2)) == Verdict::kContradictory);
  CHECK(VerdictOf(announced, Told(BankEventKind::kRejected)) == Verdict::kContradictory);
  CHECK(VerdictOf(announced, Told(BankEventKind::kAccepted)) == Verdict::kRedundant);
  CHECK(VerdictOf(In(State::kCleared), Told(BankEventKind::kCleared, 9'999)) ==
        Verdict::kContradictory);
}

TEST_CASE("A rejection is final and carries the bank's code", "[payments][domain]") {
  const Payment rejected =
      ApplyBankEvent(In(State::kUnknown), Told(BankEventKind::kRejected), By("p")).decision.payment;
  CHECK(rejected.state == State::kBankRejected);
  CHECK(rejected.refusal->reason == "BANK_REJECTED");
  CHECK(rejected.refusal->figures.at("class") == "CREDITOR_ACCOUNT");
  const Payment returned = Released(rejected, By("p")).payment;
  CHECK(VerdictOf(returned, Told(BankEventKind::kRejected)) == Verdict::kRedundant);
  CHECK(VerdictOf(returned, Told(BankEventKind::kCleared)) == Verdict::kContradictory);
  BankEvent other = Told(BankEventKind::kRejected);
  other.bank_code = "AC06";
  CHECK(VerdictOf(returned, other) == Verdict::kContradictory);
}

TEST_CASE("A receipt may come first; another number contradicts", "[payments][domain]") {
  const Payment early =
      ApplyBankEvent(In(State::kSent), Told(BankEventKind::kReceipt), By("p")).decision.payment;
  CHECK(early.state == State::kSent);
  CHECK(early.receipt_no == "R1");
  CHECK(VerdictOf(early, Told(BankEventKind::kReceipt)) == Verdict::kRedundant);
  BankEvent other = Told(BankEventKind::kReceipt);
  other.receipt_no = "R2";
  CHECK(VerdictOf(early, other) == Verdict::kContradictory);
  other.receipt_no.clear();
  CHECK(VerdictOf(In(State::kCleared), other) == Verdict::kContradictory);
}

TEST_CASE("Money that comes back is bounded by what went out", "[payments][domain]") {
  const Payment cleared = In(State::kCleared);
  CHECK(VerdictOf(cleared, Told(BankEventKind::kRefunded, 10'001)) == Verdict::kContradictory);
  CHECK(VerdictOf(cleared, Told(BankEventKind::kRefunded, -1)) == Verdict::kContradictory);
  const EventDecision half =
      ApplyBankEvent(cleared, Told(BankEventKind::kRefunded, 5'000), By("p"));
  CHECK(half.refund_minor == 5'000);
  CHECK(half.decision.payment.refunding_minor == 5'000);
  CHECK(VerdictOf(half.decision.payment, Told(BankEventKind::kRefunded, 5'001)) ==
        Verdict::kContradictory);
  // It may overtake its clearing, which then must cover it.
  const Payment early =
      ApplyBankEvent(In(State::kSent), Told(BankEventKind::kRefunded, 5'000), By("p"))
          .decision.payment;
  CHECK(VerdictOf(early, Told(BankEventKind::kCleared, 4'999)) == Verdict::kContradictory);
  CHECK(VerdictOf(early, Told(BankEventKind::kCleared, 5'000)) == Verdict::kApplied);
  CHECK(VerdictOf(early, Told(BankEventKind::kRejected)) == Verdict::kContradictory);
}

TEST_CASE("Every order of the same true events ends in the same place",
          "[payments][domain][property]") {
  std::vector<BankEventKind> order = {BankEventKind::kAccepted, BankEventKind::kCleared,
                                      BankEventKind::kReceipt, BankEventKind::kRefunded};
  std::sort(order.begin(), order.end());
  do {
    Payment payment = In(State::kSent);
    for (int round = 0; round < 2; ++round) {  // each told twice
      for (const BankEventKind kind : order) {
        if (round > 0 && kind == BankEventKind::kRefunded)
          continue;  // the same event id: dropped before
        payment = ApplyBankEvent(payment, Told(kind), By("p")).decision.payment;
      }
    }
    payment = Posted(payment, By("p")).payment;
    payment = Refunded(payment, 10'000, By("p")).payment;
    CHECK(payment.state == State::kRefunded);
    CHECK(payment.cleared_minor == 10'000);
    CHECK(payment.receipt_no == "R1");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("An event tells of a refund that finance recorded if payment, reference and amount agree",
          "[payments][domain]") {
  std::vector<ExpectedRefund> expected = {{"r1", "p", "R-1", 5}, {"r2", "p", "R-1", 5}};
  const BankEvent told{.event_id = "e",
                       .payment_id = "p",
                       .kind = BankEventKind::kRefunded,
                       .amount_minor = 5,
                       .bank_reference = "R-1"};
  const auto is_known = [&](const BankEvent& event) {
    return FindExpected(expected, event) != expected.end();
  };
  CHECK(FindExpected(expected, told)->refund_id == "r1");
  BankEvent other = told;
  other.payment_id = "q";
  CHECK_FALSE(is_known(other));
  other = told;
  other.amount_minor = 6;
  CHECK_FALSE(is_known(other));
  other = told;
  other.bank_reference = "R-2";
  CHECK_FALSE(is_known(other));
  other = told;
  other.kind = BankEventKind::kCleared;
  CHECK_FALSE(is_known(other));
  expected = {{"r1", "p", "", 5}};
  other = told;
  other.bank_reference.clear();
  CHECK_FALSE(is_known(other));
}

}  // namespace
}  // namespace fiscus::payments
