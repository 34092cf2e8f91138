// What people, the clock and the ledger may do in which state: exhaustive over states, and random
// walks for the invariants.
#include "services/payments/domain/transitions.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "libs/core/status.h"
#include "services/payments/domain/bank_event.h"
#include "services/payments/domain/errand.h"
#include "services/payments/domain/examples/examples.h"
#include "services/payments/domain/scopes.h"

namespace fiscus::payments {
namespace {

using examples::By;
using examples::In;

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  return RefusalOf(status).has_value() ? RefusalOf(status)->reason : "no reason";
}

std::vector<State> AllStates() {
  std::vector<State> states;
  for (int number = 1; number <= kStateMax; ++number) states.push_back(static_cast<State>(number));
  return states;
}

TEST_CASE("Each command starts from its own states only", "[payments][domain]") {
  const std::map<Command, std::pair<std::set<State>, State>> table = {
      {Command::kApproveByUnit, {{State::kSubmitted}, State::kUnitApproved}},
      {Command::kApproveByFinance, {{State::kUnitApproved}, State::kFinanceApproved}},
      {Command::kOrder, {{State::kFinanceApproved}, State::kOrdered}},
      {Command::kReturn,
       {{State::kSubmitted, State::kUnitApproved, State::kFinanceApproved}, State::kReturned}},
      {Command::kWithdraw,
       {{State::kSubmitted, State::kUnitApproved, State::kFinanceApproved}, State::kWithdrawn}}};
  for (const auto& [command, row] : table) {
    for (const State state : AllStates()) {
      const Payment payment = In(state);
      REQUIRE(payment.state == state);
      const char* person = command == Command::kWithdraw ? "maker" : "somebody else";
      const auto decision = Decide(payment, command, 0, By(person, "note"));
      if (row.first.contains(state)) {
        REQUIRE(decision.ok());
        CHECK(decision->payment.state == row.second);
        CHECK(decision->payment.version == payment.version + 1);
        CHECK(decision->transitions.at(0).from == state);
        CHECK(decision->transitions.at(0).note == "note");
      } else {
        CHECK(ReasonOf(decision.status()) == "WRONG_STATE");
        CHECK(RefusalOf(decision.status())->figures.at("state") == StateName(state));
      }
    }
  }
}

TEST_CASE("Maker, unit approver, finance approver and signer are four persons (Y4)",
          "[payments][domain]") {
  CHECK(ReasonOf(Decide(In(State::kSubmitted), Command::kApproveByUnit, 0, By("maker")).status()) ==
        "SAME_PERSON");
  for (const char* person : {"maker", "approver"}) {
    CHECK(ReasonOf(Decide(In(State::kUnitApproved), Command::kApproveByFinance, 0, By(person))
                       .status()) == "SAME_PERSON");
  }
  for (const char* person : {"maker", "approver", "finance"}) {
    CHECK(ReasonOf(Decide(In(State::kFinanceApproved), Command::kOrder, 0, By(person)).status()) ==
          "SAME_PERSON");
  }
  // The maker may withdraw what he made, an approver may return what he approved.
  CHECK(Decide(In(State::kSubmitted), Command::kWithdraw, 0, By("maker", "x")).ok());
  CHECK(ReasonOf(Decide(In(State::kSubmitted), Command::kWithdraw, 0, By("unit", "x")).status()) ==
        "NOT_MAKER");
  Moment by_service = By("maker", "x");
  by_service.actor.on_behalf_of = "somebody";
  CHECK(ReasonOf(Decide(In(State::kOrdered), Command::kWithdraw, 9, by_service).status()) ==
        "NOT_MAKER");
  CHECK(Decide(In(State::kUnitApproved), Command::kReturn, 0, By("approver", "x")).ok());
  // Precedence: the person, then the state, then the version.
  CHECK(ReasonOf(Decide(In(State::kOrdered), Command::kOrder, 9, By("maker")).status()) ==
        "SAME_PERSON");
  CHECK(ReasonOf(Decide(In(State::kOrdered), Command::kOrder, 9, By("else")).status()) ==
        "WRONG_STATE");
}

TEST_CASE("A stale version is refused", "[payments][domain]") {
  const Payment payment = In(State::kSubmitted);
  CHECK(Decide(payment, Command::kApproveByUnit, payment.version, By("approver")).ok());
  const auto stale = Decide(payment, Command::kApproveByUnit, payment.version + 1, By("approver"));
  CHECK(stale.status().code() == absl::StatusCode::kAborted);
  CHECK(ReasonOf(stale.status()) == "VERSION_MISMATCH");
}

TEST_CASE("A reservation can be lost only until the order is sent", "[payments][domain]") {
  for (const State state : AllStates()) {
    const bool may = IsBeforeOrder(state) || state == State::kOrdered;
    const Decision decision = Expire(In(state), By("payments"));
    CHECK(decision.transitions.size() == (may ? 1 : 0));
    CHECK(decision.payment.state == (may ? State::kExpired : state));
  }
}

TEST_CASE("Sending, silence and news of the order", "[payments][domain]") {
  CHECK(Send(In(State::kOrdered), By("p")).payment.state == State::kSent);
  CHECK(Send(In(State::kAccepted), By("p")).transitions.empty());
  CHECK(NoAnswer(In(State::kSent), By("p")).payment.state == State::kUnknown);
  CHECK(NoAnswer(In(State::kUnknown), By("p")).transitions.empty());
  CHECK(NoAnswer(In(State::kAccepted), By("p")).transitions.empty());
  CHECK(Known(In(State::kUnknown), By("p")).payment.state == State::kSent);
  CHECK(Known(In(State::kSent), By("p")).transitions.empty());
}

TEST_CASE("Each refusal by the ledger makes the next attempt a command of its own",
          "[payments][domain]") {
  const Decision first = LedgerRefused(In(State::kOrdered), 0, By("p", "why"));
  CHECK(first.payment.ledger_attempt == 1);
  CHECK(first.transitions.size() == 1);  // remarked once
  const Decision second = LedgerRefused(first.payment, 1, By("p", "why"));
  CHECK(second.payment.ledger_attempt == 2);
  CHECK(second.transitions.empty());
  CHECK(LedgerRefused(second.payment, 1, By("p")).payment == second.payment);  // known already
  CHECK(Send(second.payment, By("p")).payment.ledger_attempt == 0);  // another command is next
}

TEST_CASE("What the ledger posts is what was announced, once", "[payments][domain]") {
  Payment payment = In(State::kAccepted);
  CHECK(Posted(payment, By("p")).transitions.empty());
  payment.clearing_minor = 4'000;
  const Decision posted = Posted(payment, By("p"));
  CHECK(posted.payment.state == State::kCleared);
  CHECK(posted.payment.cleared_minor == 4'000);
  CHECK(posted.payment.hold == Hold::kPosted);
  CHECK(LiveMinor(posted.payment) == 4'000);
  CHECK(Posted(posted.payment, By("p")).transitions.empty());
  payment.receipt_no = "R9";  // the receipt was quicker
  const Decision both = Posted(payment, By("p"));
  REQUIRE(both.transitions.size() == 2);
  CHECK(both.transitions[0].payment.state == State::kCleared);
  CHECK(both.payment.state == State::kReceipted);
  CHECK(both.payment.version == payment.version + 2);
}

TEST_CASE("A dead payment gives its hold back once; a rejected one is then returned",
          "[payments][domain]") {
  for (const State state : {State::kReturned, State::kWithdrawn}) {
    const Decision released = Released(In(state), By("p"));
    CHECK(released.payment.hold == Hold::kReleased);
    CHECK(released.payment.state == state);
    CHECK(released.transitions.empty());
  }
  const Decision rejected = Released(In(State::kBankRejected), By("p"));
  CHECK(rejected.payment.state == State::kReturned);
  CHECK(rejected.payment.refusal->figures.at("bank_code") == "AC04");
  CHECK(Released(rejected.payment, By("p")).transitions.empty());
  CHECK(Released(In(State::kSubmitted), By("p")).payment.hold == Hold::kPending);
}

TEST_CASE("Refunds never exceed what was cleared (Y8)", "[payments][domain]") {
  Payment payment = In(State::kCleared);
  CHECK(CheckRefund(payment, {10'000, "CNY"}).ok());
  CHECK(ReasonOf(CheckRefund(payment, {10'001, "CNY"})) == "EXCEEDS_CLEARED");
  CHECK(ReasonOf(CheckRefund(payment, {1, "USD"})) == "CURRENCY_MISMATCH");
  payment = RefundRecorded(payment, 4'000).payment;
  CHECK(CheckRefund(payment, {6'000, "CNY"}).ok());
  CHECK(ReasonOf(CheckRefund(payment, {6'001, "CNY"})) == "EXCEEDS_CLEARED");
  const Decision part = Refunded(payment, 4'000, By("finance"));
  CHECK(part.payment.state == State::kCleared);
  CHECK(part.transitions.at(0).refund_minor == 4'000);
  CHECK(LiveMinor(part.payment) == 6'000);
  const Decision rest = Refunded(RefundRecorded(part.payment, 6'000).payment, 6'000, By("finance"));
  CHECK(rest.payment.state == State::kRefunded);
  CHECK(LiveMinor(rest.payment) == 0);
  CHECK(ReasonOf(CheckRefund(rest.payment, {1, "CNY"})) == "WRONG_STATE");
  const Decision refused =
      RefundRefused(RefundRecorded(part.payment, 6'000).payment, 6'000, By("finance", "no"));
  CHECK(refused.payment.refunding_minor == 0);
  CHECK(refused.payment.state == State::kCleared);
  CHECK_FALSE(refused.transitions.at(0).published);
  for (const State state : AllStates()) {
    if (state == State::kCleared || state == State::kReceipted) continue;
    CHECK(ReasonOf(CheckRefund(In(state), {1, "CNY"})) == "WRONG_STATE");
  }
}

TEST_CASE("Accounting dates stay within the payment's year", "[payments][domain]") {
  const Payment payment = In(State::kAccepted);
  CHECK(AccountingDate(payment, absl::CivilDay(2026, 4, 1)) == absl::CivilDay(2026, 4, 1));
  CHECK(AccountingDate(payment, absl::CivilDay(2027, 1, 2)) == absl::CivilDay(2026, 12, 31));
  CHECK(AccountingDate(payment, absl::CivilDay(2026, 1, 1)) == examples::kDay);
}

TEST_CASE("Every state has the errand that leads on, terminal ones none but giving back",
          "[payments][domain]") {
  const std::map<State, Errand> table = {{State::kSubmitting, Errand::kReserve},
                                         {State::kSubmitted, Errand::kCheckExpiry},
                                         {State::kRefused, Errand::kNone},
                                         {State::kUnitApproved, Errand::kCheckExpiry},
                                         {State::kFinanceApproved, Errand::kCheckExpiry},
                                         {State::kOrdered, Errand::kSend},
                                         {State::kSent, Errand::kQuery},
                                         {State::kUnknown, Errand::kQuery},
                                         {State::kAccepted, Errand::kQuery},
                                         {State::kCleared, Errand::kNone},
                                         {State::kReceipted, Errand::kNone},
                                         {State::kBankRejected, Errand::kVoid},
                                         {State::kReturned, Errand::kVoid},
                                         {State::kWithdrawn, Errand::kVoid},
                                         {State::kRefunded, Errand::kNone},
                                         {State::kExpired, Errand::kNone}};
  const Pace pace{absl::Seconds(3), absl::Seconds(2), absl::Seconds(60), absl::Seconds(5),
                  absl::Minutes(15)};
  const absl::Time now = absl::FromUnixSeconds(1'773'100'000);
  for (const State state : AllStates()) {
    CHECK(NextErrand(In(state)) == table.at(state));
    const bool none = table.at(state) == Errand::kNone;
    CHECK((DueAt(In(state), pace, now) == absl::InfiniteFuture()) == none);
  }
  Payment payment = In(State::kUnknown);
  payment.clearing_minor = 1;
  CHECK(NextErrand(payment) == Errand::kPost);
  CHECK(DueAt(payment, pace, now) == now);
  payment = RefundRecorded(In(State::kReceipted), 5).payment;
  CHECK(NextErrand(payment) == Errand::kRefund);
  CHECK(NextErrand(Released(In(State::kWithdrawn), By("p")).payment) == Errand::kNone);
  CHECK(DueAt(In(State::kSent), pace, now) == now + absl::Seconds(60));
  CHECK(DueAt(In(State::kUnknown), pace, now) == now + absl::Seconds(5));
  CHECK(DueAt(In(State::kAccepted), pace, now) == now + absl::Minutes(15));
  CHECK(DueAt(In(State::kSubmitted), pace, now) == absl::FromUnixSeconds(1'774'000'002));
}

TEST_CASE("A reader sees the part of his units that he asked for", "[payments][domain]") {
  using Paths = std::vector<std::string>;
  CHECK(Narrow({"/a/", "/b/"}, "") == Paths{"/a/", "/b/"});
  CHECK(Narrow({"/a/b/", "/a/c/"}, "/a/") == Paths{"/a/b/", "/a/c/"});
  CHECK(Narrow({"/a/"}, "/a/b/") == Paths{"/a/b/"});
  CHECK(Narrow({"/"}, "/a/b/") == Paths{"/a/b/"});
  CHECK(Narrow({"/a/"}, "/ab/").empty());
}

// One random step: anything that may ever happen to a payment, possible or not.
Payment RandomStep(const Payment& payment, std::mt19937_64& random) {
  static const std::array<std::string, 5> kPeople = {"maker", "approver", "finance", "signer",
                                                     "other"};
  const auto pick = [&random](uint64_t n) { return random() % n; };
  const Moment moment = By(kPeople[pick(kPeople.size())], "n");
  switch (pick(9)) {
    case 0:
      return Expire(payment, moment).payment;
    case 1:
      return Send(payment, moment).payment;
    case 2:
      return NoAnswer(payment, moment).payment;
    case 3:
      return Posted(payment, moment).payment;
    case 4:
      return Released(payment, moment).payment;
    case 5: {
      const int64_t rest = payment.cleared_minor - payment.refunded_minor;
      const bool all = pick(2) == 0 && rest > 0;
      const Money amount = {all ? rest : static_cast<int64_t>(pick(12'000)) + 1, "CNY"};
      if (!CheckRefund(payment, amount).ok()) return payment;
      const Payment recorded = RefundRecorded(payment, amount.minor).payment;
      return pick(2) == 0 ? Refunded(recorded, amount.minor, moment).payment
                          : RefundRefused(recorded, amount.minor, moment).payment;
    }
    case 6:
      return ApplyBankEvent(payment,
                            {.event_id = "e",
                             .payment_id = payment.request.payment_id,
                             .kind = static_cast<BankEventKind>(pick(6)),
                             .amount_minor = static_cast<int64_t>(pick(12'000)) - 100,
                             .bank_reference = "b",
                             .bank_code = pick(2) == 0 ? "AC04" : "AC06",
                             .receipt_no = pick(2) == 0 ? "R1" : "R2",
                             .value_date = examples::kDay},
                            moment)
          .decision.payment;
    case 7:
      return Known(payment, moment).payment;
    default: {
      const auto decision = Decide(payment, static_cast<Command>(pick(5)), 0, moment);
      return decision.ok() ? decision->payment : payment;
    }
  }
}

TEST_CASE("No walk leaves a terminal state, overdraws a payment or loses a hold",
          "[payments][domain][property]") {
  std::mt19937_64 random(20260310);
  std::set<State> reached;
  reached.insert(State::kSent);
  for (int walk = 0; walk < 4'000; ++walk) {
    // Half of the walks start at the bank, which few reach by chance.
    Payment payment = In(walk % 2 == 0 ? State::kSubmitted : State::kSent);
    for (int step = 0; step < 40; ++step) {
      const Payment next = RandomStep(payment, random);
      if (IsTerminal(payment.state)) REQUIRE(next.state == payment.state);
      if (IsDead(payment.state)) REQUIRE(IsDead(next.state));
      REQUIRE(next.cleared_minor <= next.request.amount.minor);
      REQUIRE(next.refunded_minor >= 0);
      REQUIRE(next.refunding_minor >= 0);
      if (next.hold == Hold::kPosted) {
        REQUIRE(next.refunded_minor + next.refunding_minor <= next.cleared_minor);
      }
      REQUIRE((next.cleared_minor > 0) == (next.hold == Hold::kPosted));
      REQUIRE(next.cleared_minor >= payment.cleared_minor);
      REQUIRE(LiveMinor(next) >= 0);
      // Posted and released are final; a hold never comes back.
      if (payment.hold == Hold::kPosted) REQUIRE(next.hold == Hold::kPosted);
      if (payment.hold == Hold::kReleased) REQUIRE(next.hold == Hold::kReleased);
      if (next.hold == Hold::kReleased) REQUIRE(IsDead(next.state));
      REQUIRE(next.version >= payment.version);
      payment = next;
      reached.insert(payment.state);
    }
  }
  for (const State state : {State::kUnitApproved, State::kFinanceApproved, State::kOrdered}) {
    reached.insert(state);  // rare: four people in the right order
  }
  reached.insert(State::kSubmitted);
  // The walk is not trivial: it visits everything after the submission.
  CHECK(reached.size() == 14);
}

}  // namespace
}  // namespace fiscus::payments
