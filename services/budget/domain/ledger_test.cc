// Each reason of the ledger at least once, its boundaries from both sides, and what every command
// leaves behind.
#include "services/budget/domain/ledger.h"

#include <catch2/catch.hpp>
#include <limits>

#include "services/budget/domain/journal.h"
#include "services/budget/domain/ledger_fixtures.h"

namespace fiscus::budget {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

// A book with the line of the tests: 1,000 fen approved unless said otherwise.
Book BookWith(Balances balances = {.approved = 1'000}, LineState state = LineState::kActive) {
  Book book;
  book.AddLine(LineWith(Head(), balances, state));
  return book;
}

Command Reserve(int64_t minor, const std::string& contract_id = "",
                const std::string& payment_id = kPayment) {
  Command command = CommandOf(CommandKind::kReserve, minor);
  command.reservation_id = payment_id;
  command.contract_id = contract_id;
  command.expires_at = absl::FromUnixSeconds(1'800'000'000);
  return command;
}

Command Settle(CommandKind kind, int64_t minor = 0) {
  Command command = CommandOf(kind, minor);
  command.line_id.clear();
  command.reservation_id = kPayment;
  return command;
}

Command Encumber(int64_t minor) {
  Command command = CommandOf(CommandKind::kEncumber, minor);
  command.contract_id = kContract;
  return command;
}

Command Observed(CommandKind kind, int64_t minor) {
  Command command = CommandOf(kind, minor);
  command.mode = LineMode::kObserved;
  command.project_id.clear();
  return command;
}

Command Approve(int64_t minor) {
  Command command = CommandOf(CommandKind::kApprove, minor);
  command.line_id = kLineA;
  command.new_line = std::make_shared<const LineHead>(Head());
  return command;
}

const Balances& BalancesOf(const Book& book, const std::string& line_id = kLineA) {
  return book.FindLine(line_id)->standing.balances;
}

}  // namespace

TEST_CASE("A payment moves executable → in transit → paid", "[budget][domain]") {
  Book book = BookWith();
  const Outcome reserved = book.Execute(Reserve(600));
  REQUIRE(ReasonOf(reserved) == "");
  CHECK(BalancesOf(book).in_transit == 600);
  CHECK(Available(BalancesOf(book)) == 400);
  const Entry& entry = Accepted(reserved).postings[0].entry;
  CHECK(entry.operation == Operation::kReserve);
  CHECK(entry.debit == Account::kInTransit);
  CHECK(entry.credit == Account::kExecutable);
  CHECK(entry.line_version == 8);
  CHECK(entry.id == EntryId(kLineA, 8));

  REQUIRE(ReasonOf(book.Execute(Settle(CommandKind::kPost, 600))) == "");
  CHECK(BalancesOf(book).paid == 600);
  CHECK(BalancesOf(book).in_transit == 0);
  CHECK(book.FindReservation(kPayment)->state == ReservationState::kPosted);
}

TEST_CASE("A partial posting restores the rest to where it came from", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Encumber(800))) == "");
  REQUIRE(ReasonOf(book.Execute(Reserve(500, kContract))) == "");
  CHECK(book.EncumbranceOf(kLineA, kContract).open == 300);
  CHECK(Available(BalancesOf(book)) == 200);
  const Outcome posted = book.Execute(Settle(CommandKind::kPost, 450));
  REQUIRE(ReasonOf(posted) == "");
  REQUIRE(Accepted(posted).postings.size() == 2);
  CHECK(Accepted(posted).postings[1].entry.operation == Operation::kVoid);
  CHECK(Accepted(posted).postings[1].entry.debit == Account::kEncumbered);
  CHECK(Accepted(posted).postings[1].entry.amount == 50);
  CHECK(Accepted(posted).postings[0].after.balances.in_transit == 50);
  CHECK(book.EncumbranceOf(kLineA, kContract).open == 350);
  CHECK(BalancesOf(book).encumbered == 350);
  CHECK(Available(BalancesOf(book)) == 200);
}

TEST_CASE("Void and expiry give the money back once", "[budget][domain]") {
  const CommandKind kind = GENERATE(CommandKind::kVoid, CommandKind::kExpire);
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Encumber(700))) == "");
  REQUIRE(ReasonOf(book.Execute(Reserve(700, kContract))) == "");
  REQUIRE(ReasonOf(book.Execute(Settle(kind))) == "");
  CHECK(BalancesOf(book).in_transit == 0);
  CHECK(BalancesOf(book).encumbered == 700);
  CHECK(book.EncumbranceOf(kLineA, kContract).open == 700);
  CHECK(ReasonOf(book.Execute(Settle(kind))) == "RESERVATION_RESOLVED");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kPost, 700))) == "RESERVATION_RESOLVED");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kConfirm))) == "RESERVATION_RESOLVED");
}

TEST_CASE("An expiry is dated like its reservation", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Reserve(10))) == "");
  Command expire = Settle(CommandKind::kExpire);
  expire.effective_date = absl::CivilDay(2031, 1, 1);
  const Outcome outcome = book.Execute(expire);
  REQUIRE(ReasonOf(outcome) == "");
  CHECK(Accepted(outcome).postings[0].entry.effective_date == kDay);
}

TEST_CASE("A confirmed reservation does not expire but can still be posted", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Reserve(10))) == "");
  const Outcome confirmed = book.Execute(Settle(CommandKind::kConfirm));
  REQUIRE(ReasonOf(confirmed) == "");
  CHECK(Accepted(confirmed).postings.empty());
  CHECK(Accepted(confirmed).reservation_changed);
  CHECK_FALSE(Accepted(book.Execute(Settle(CommandKind::kConfirm))).reservation_changed);
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kExpire))) == "RESERVATION_RESOLVED");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kPost, 10))) == "");
}

TEST_CASE("The same posting or reservation again changes nothing", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Reserve(600))) == "");
  const Outcome again = book.Execute(Reserve(600));
  REQUIRE(ReasonOf(again) == "");
  CHECK(Accepted(again).postings.empty());
  CHECK(ReasonOf(book.Execute(Reserve(100))) == "RESERVATION_EXISTS");
  REQUIRE(ReasonOf(book.Execute(Settle(CommandKind::kPost, 500))) == "");
  const Outcome posted = book.Execute(Settle(CommandKind::kPost, 500));
  REQUIRE(ReasonOf(posted) == "");
  CHECK(Accepted(posted).postings.empty());
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kPost, 499))) == "RESERVATION_RESOLVED");
  CHECK(BalancesOf(book).paid == 500);
  // Of the first 1,000 there are 500 left; the first payment's reservation is over.
  CHECK(ReasonOf(book.Execute(Reserve(500))) == "RESERVATION_EXISTS");
  CHECK(ReasonOf(book.Execute(Reserve(600))) == "EXCEEDS_AVAILABLE");
}

TEST_CASE("A refund goes back to where the payment came from", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Encumber(300))) == "");
  REQUIRE(ReasonOf(book.Execute(Reserve(300, kContract))) == "");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kRefund, 1))) == "EXCEEDS_PAID");
  REQUIRE(ReasonOf(book.Execute(Settle(CommandKind::kPost, 300))) == "");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kRefund, 301))) == "EXCEEDS_PAID");
  REQUIRE(ReasonOf(book.Execute(Settle(CommandKind::kRefund, 100))) == "");
  CHECK(book.EncumbranceOf(kLineA, kContract).open == 100);
  CHECK(NetPaid(BalancesOf(book)) == 200);
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kRefund, 201))) == "EXCEEDS_PAID");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kRefund, 200))) == "");
  CHECK(Available(BalancesOf(book)) == 700);
}

TEST_CASE("Reserve takes exactly what is available, not a fen more", "[budget][domain]") {
  Book book = BookWith({.approved = 1'000, .frozen = 100, .encumbered = 200});
  const Outcome refused = book.Execute(Reserve(701));
  REQUIRE(ReasonOf(refused) == "EXCEEDS_AVAILABLE");
  const Refusal& refusal = std::get<Refusal>(refused);
  CHECK(refusal.figures.at("available") == "700");
  CHECK(refusal.figures.at("asked") == "701");
  CHECK(refusal.figures.at("authorised") == "1000");
  CHECK(refusal.figures.at("encumbered") == "200");
  CHECK(refusal.figures.at("frozen") == "100");
  CHECK(refusal.figures.at("usage_bp") == "9010");
  CHECK(refusal.usage_bp == 9'010);
  CHECK(refusal.message == "the line has 7.00 CNY available, 7.01 CNY were asked");
  CHECK(ReasonOf(book.Execute(Reserve(700))) == "");
  CHECK(Available(BalancesOf(book)) == 0);
}

TEST_CASE("A contract's payment takes the contract's encumbrance only", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Encumber(300))) == "");
  const Outcome refused = book.Execute(Reserve(301, kContract));
  REQUIRE(ReasonOf(refused) == "EXCEEDS_ENCUMBRANCE");
  CHECK(std::get<Refusal>(refused).figures.at("encumbrance_open") == "300");
  CHECK(ReasonOf(book.Execute(Reserve(1, "00000000-0000-7000-8000-0000000000c2"))) ==
        "EXCEEDS_ENCUMBRANCE");
  CHECK(ReasonOf(book.Execute(Reserve(300, kContract))) == "");
  Command liquidate = CommandOf(CommandKind::kLiquidate, 1);
  liquidate.contract_id = kContract;
  CHECK(ReasonOf(book.Execute(liquidate)) == "EXCEEDS_ENCUMBRANCE");
}

TEST_CASE("A line encumbered to its last fen can still pay its contract", "[budget][domain]") {
  Book book = BookWith();
  const Outcome encumbered = book.Execute(Encumber(1'000));
  REQUIRE(ReasonOf(encumbered) == "");
  REQUIRE(Accepted(encumbered).notices.size() == 1);
  CHECK(Accepted(encumbered).notices[0].limit.usage_bp == 9'000);
  const Outcome reserved = book.Execute(Reserve(1'000, kContract));
  REQUIRE(ReasonOf(reserved) == "");
  CHECK(Accepted(reserved).notices.size() == 2);  // INFO 70, WARN 85
}

TEST_CASE("Tolerance acts above its limit, not at it", "[budget][domain]") {
  Book book = BookWith();
  book.AddProfile({.name = "default",
                   .limits = {{ToleranceGroup::kPay, 7'000, ToleranceAction::kInfo},
                              {ToleranceGroup::kPay, 8'000, ToleranceAction::kBlock}}});
  CHECK(Accepted(book.Rehearse(Reserve(700))).notices.empty());
  const Outcome noted = book.Rehearse(Reserve(701));
  REQUIRE(Accepted(noted).notices.size() == 1);
  CHECK(Accepted(noted).notices[0].usage_bp == 7'010);
  CHECK(ReasonOf(book.Rehearse(Reserve(800))) == "");
  const Outcome blocked = book.Rehearse(Reserve(801));
  CHECK(ReasonOf(blocked) == "TOLERANCE_BLOCK");
  CHECK(std::get<Refusal>(blocked).figures.at("limit_bp") == "8000");
  CHECK(ReasonOf(book.Rehearse(Encumber(801))) == "");  // another group
  CHECK(ReasonOf(book.Rehearse(Reserve(1'001))) == "EXCEEDS_AVAILABLE");
}

TEST_CASE("Usage is exact for the largest amounts", "[budget][domain]") {
  CHECK(UsageBp(0, 0) == 0);
  CHECK(UsageBp(1, 0) == kUsageUnlimitedBp);
  CHECK(UsageBp(1, -5) == kUsageUnlimitedBp);
  CHECK(UsageBp(kLargest, kLargest) == 10'000);
  CHECK(UsageBp(kLargest - 1, kLargest) == 10'000);  // rounded up: 9,999.99… is above 9,999
  CHECK(UsageBp(kLargest, 1) == kUsageUnlimitedBp);
  CHECK(UsageBp(1, kLargest) == 1);
  CHECK(UsageBp(7'001, 10'000) == 7'001);
  Book book = BookWith({.approved = kLargest});
  CHECK(ReasonOf(book.Rehearse(Reserve(kLargest))) == "");
  CHECK(Accepted(book.Rehearse(Reserve(kLargest))).notices.back().usage_bp == 10'000);
  CHECK(ReasonOf(book.Rehearse(CommandOf(CommandKind::kSupplement, 1))) == "AMOUNT_OVERFLOW");
}

TEST_CASE("The guards that all commands share refuse in their order", "[budget][domain]") {
  struct Row {
    const char* reason;
    Book book;
    Command command;
  };
  Command other_year = Reserve(1);
  other_year.effective_date = absl::CivilDay(2027, 1, 1);
  Command other_currency = Reserve(0);
  other_currency.amount.currency = "USD";
  Command other_project = Reserve(2'000);
  other_project.project_id = "p2";
  Book used = BookWith({.approved = 1'000, .paid = 1'000});
  const Row rows[] = {
      {"LINE_NOT_FOUND", Book(), Reserve(0)},
      {"CURRENCY_MISMATCH", BookWith(), other_currency},
      {"AMOUNT_NOT_POSITIVE", BookWith(), Reserve(0)},
      {"AMOUNT_NOT_POSITIVE", BookWith(), Reserve(-25)},
      {"AMOUNT_OVERFLOW", used, Reserve(kLargest)},
      {"LINE_MODE_MISMATCH", BookWith(), Observed(CommandKind::kObservedPay, 1)},
      {"PERIOD_CLOSED", BookWith({.approved = 1}, LineState::kFrozen), other_year},
      {"PERIOD_CLOSED", BookWith({.approved = 1}, LineState::kClosed), Reserve(1)},
      {"LINE_NOT_ACTIVE", BookWith({.approved = 1}, LineState::kFrozen), Reserve(1)},
      {"LINE_NOT_ACTIVE", BookWith({.approved = 1}, LineState::kPendingAllotment), Encumber(1)},
      {"PROJECT_MISMATCH", BookWith(), other_project},
      {"RESERVATION_NOT_FOUND", BookWith(), Settle(CommandKind::kPost, 1)},
      {"RESERVATION_NOT_FOUND", BookWith(), Settle(CommandKind::kVoid)},
      {"RESERVATION_NOT_FOUND", BookWith(), Settle(CommandKind::kConfirm)},
      {"RESERVATION_NOT_FOUND", BookWith(), Settle(CommandKind::kRefund, 1)},
  };
  for (const Row& row : rows) {
    INFO(row.reason);
    CHECK(ReasonOf(row.book.Rehearse(row.command)) == row.reason);
  }
}

TEST_CASE("A frozen line still settles what is under way", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Reserve(100))) == "");
  Line frozen = *book.FindLine(kLineA);
  frozen.standing.state = LineState::kFrozen;
  book.AddLine(frozen);
  CHECK(ReasonOf(book.Rehearse(CommandOf(CommandKind::kFreeze, 1))) == "LINE_NOT_ACTIVE");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kPost, 100))) == "");
  CHECK(ReasonOf(book.Execute(Settle(CommandKind::kRefund, 100))) == "");
}

TEST_CASE("A reservation made after the lines were locked is not there yet", "[budget][domain]") {
  const Reservation made{.id = kPayment, .line_id = kLineA, .amount = 100};
  const Situation situation{.reservation = &made};
  for (const CommandKind kind : {CommandKind::kConfirm, CommandKind::kPost, CommandKind::kVoid,
                                 CommandKind::kExpire, CommandKind::kRefund}) {
    CHECK(ReasonOf(Decide(situation, Settle(kind, 100))) == "RESERVATION_NOT_FOUND");
  }
}

TEST_CASE("Post refuses more than was reserved, and another currency", "[budget][domain]") {
  Book book = BookWith();
  REQUIRE(ReasonOf(book.Execute(Reserve(100))) == "");
  CHECK(ReasonOf(book.Rehearse(Settle(CommandKind::kPost, 101))) == "EXCEEDS_RESERVATION");
  Command dollars = Settle(CommandKind::kPost, 100);
  dollars.amount.currency = "USD";
  CHECK(ReasonOf(book.Rehearse(dollars)) == "CURRENCY_MISMATCH");
  CHECK(ReasonOf(book.Rehearse(Settle(CommandKind::kPost, 0))) == "AMOUNT_NOT_POSITIVE");
}

TEST_CASE("Approve makes a line once", "[budget][domain]") {
  Book book;
  const Outcome made = book.Execute(Approve(1'000));
  REQUIRE(ReasonOf(made) == "");
  CHECK(Accepted(made).line_is_new);
  CHECK(book.FindLine(kLineA)->standing.version == 1);
  CHECK(Accepted(book.Execute(Approve(1'000))).postings.empty());
  CHECK(ReasonOf(book.Execute(Approve(999))) == "LINE_EXISTS");
  Command same_code = Approve(1);
  LineHead head = Head(kLineB);
  head.code = Head().code;
  same_code.new_line = std::make_shared<const LineHead>(head);
  CHECK(ReasonOf(book.Execute(same_code)) == "LINE_EXISTS");
  head.code = "other";
  head.tolerance_profile = "strict";
  same_code.new_line = std::make_shared<const LineHead>(head);
  CHECK(ReasonOf(book.Rehearse(same_code)) == "PROFILE_NOT_FOUND");
  book.AddProfile({.name = "strict", .limits = {}});
  CHECK(ReasonOf(book.Rehearse(same_code)) == "");
  same_code.effective_date = absl::CivilDay(2025, 12, 31);
  CHECK(ReasonOf(book.Rehearse(same_code)) == "PERIOD_CLOSED");
  same_code.amount.minor = 0;
  CHECK(ReasonOf(book.Rehearse(same_code)) == "AMOUNT_NOT_POSITIVE");
  same_code.amount.currency = "USD";
  CHECK(ReasonOf(book.Rehearse(same_code)) == "CURRENCY_MISMATCH");
}

TEST_CASE("A reduction stops at what is used", "[budget][domain]") {
  Book book = BookWith({.approved = 1'000,
                        .frozen = 50,
                        .encumbered = 100,
                        .in_transit = 200,
                        .paid = 300,
                        .refunded = 10});
  CHECK(ReasonOf(book.Rehearse(CommandOf(CommandKind::kReduce, 361))) == "BELOW_COMMITMENTS");
  Command reduce = CommandOf(CommandKind::kReduce, 360);
  reduce.expected_version = 6;
  CHECK(ReasonOf(book.Rehearse(reduce)) == "VERSION_MISMATCH");
  reduce.expected_version = 7;
  REQUIRE(ReasonOf(book.Execute(reduce)) == "");
  CHECK(Available(BalancesOf(book)) == 0);
  CHECK(ReasonCode(Reason::kVersionMismatch) == absl::StatusCode::kAborted);
}

TEST_CASE("A transfer is one linked pair and makes no money", "[budget][domain]") {
  Book book = BookWith();
  book.AddLine(LineWith(Head(kLineB), {.approved = 10}));
  Command transfer = CommandOf(CommandKind::kTransfer, 1'000);
  transfer.counter_line_id = kLineB;
  const Outcome outcome = book.Execute(transfer);
  REQUIRE(ReasonOf(outcome) == "");
  const Decision& decision = Accepted(outcome);
  REQUIRE(decision.postings.size() == 2);
  CHECK(decision.postings[0].entry.counter_entry_id == decision.postings[1].entry.id);
  CHECK(decision.postings[1].entry.counter_entry_id == decision.postings[0].entry.id);
  CHECK(Authorised(BalancesOf(book)) == 0);
  CHECK(Authorised(BalancesOf(book, kLineB)) == 1'010);
  CHECK(ReasonOf(book.Execute(transfer)) == "EXCEEDS_AVAILABLE");
  transfer.amount.minor = 1;
  transfer.line_id = kLineB;
  CHECK(ReasonOf(book.Execute(transfer)) == "LINES_DO_NOT_FIT");
  transfer.counter_line_id = "nowhere";
  CHECK(ReasonOf(book.Execute(transfer)) == "LINE_NOT_FOUND");
  LineHead direct = Head("00000000-0000-7000-8000-00000000000c");
  direct.classification.direct_fund = true;
  book.AddLine(LineWith(direct, {.approved = 10}));
  transfer.counter_line_id = direct.id;
  CHECK(ReasonOf(book.Execute(transfer)) == "FUND_NATURE_MISMATCH");
}

TEST_CASE("An allotment makes a child that inherits the classification", "[budget][domain]") {
  Book book;
  LineHead parent = Head();
  parent.project_id.clear();
  parent.unit_path = "/33/";
  book.AddLine(LineWith(parent, {.approved = 1'000}, LineState::kPendingAllotment));
  Command allot = CommandOf(CommandKind::kAllot, 600);
  LineHead child{.id = kLineB, .code = "B", .unit_path = "/33/edu/", .project_id = kProject};
  allot.new_line = std::make_shared<const LineHead>(child);
  REQUIRE(ReasonOf(book.Execute(allot)) == "");
  const Line* line = book.FindLine(kLineB);
  CHECK(line->head->classification == parent.classification);
  CHECK(line->head->parent_line_id == kLineA);
  CHECK(line->standing.state == LineState::kActive);
  CHECK(Available(BalancesOf(book)) == 400);
  CHECK(Available(BalancesOf(book, kLineB)) == 600);
  CHECK(Accepted(book.Execute(allot)).postings.empty());
  allot.amount.minor = 401;
  CHECK(ReasonOf(book.Execute(allot)) == "EXCEEDS_AVAILABLE");
  allot.amount.minor = 400;
  CHECK(ReasonOf(book.Execute(allot)) == "LINE_EXISTS");
  child.id = "00000000-0000-7000-8000-00000000000c";
  child.code = "C";
  child.unit_path = "/34/";
  allot.new_line = std::make_shared<const LineHead>(child);
  CHECK(ReasonOf(book.Execute(allot)) == "LINES_DO_NOT_FIT");
  allot.line_id = kLineB;
  child.project_id = "p2";
  allot.new_line = std::make_shared<const LineHead>(child);
  CHECK(ReasonOf(book.Execute(allot)) == "PROJECT_MISMATCH");
}

TEST_CASE("Freezing withholds and releases", "[budget][domain]") {
  Book book = BookWith();
  CHECK(ReasonOf(book.Rehearse(CommandOf(CommandKind::kFreeze, 1'001))) == "EXCEEDS_AVAILABLE");
  REQUIRE(ReasonOf(book.Execute(CommandOf(CommandKind::kFreeze, 1'000))) == "");
  CHECK(ReasonOf(book.Rehearse(Reserve(1))) == "EXCEEDS_AVAILABLE");
  CHECK(ReasonOf(book.Rehearse(CommandOf(CommandKind::kUnfreeze, 1'001))) == "EXCEEDS_FROZEN");
  REQUIRE(ReasonOf(book.Execute(CommandOf(CommandKind::kUnfreeze, 1'000))) == "");
  CHECK(Available(BalancesOf(book)) == 1'000);
}

TEST_CASE("On an observed line facts are recorded and marked", "[budget][domain]") {
  Book book;
  LineHead head = Head();
  head.mode = LineMode::kObserved;
  book.AddLine(LineWith(head, {.approved = 100}));
  REQUIRE(ReasonOf(book.Execute(Observed(CommandKind::kEncumber, 60))) == "");
  // 100 paid: 60 of the encumbrance, 40 of the executable budget.
  const Outcome paid = book.Execute(Observed(CommandKind::kObservedPay, 100));
  REQUIRE(Accepted(paid).postings.size() == 2);
  CHECK(Accepted(paid).postings[0].entry.credit == Account::kEncumbered);
  CHECK(Accepted(paid).postings[1].entry.credit == Account::kExecutable);
  CHECK(BalancesOf(book).encumbered == 0);
  CHECK_FALSE(book.FindLine(kLineA)->standing.overspent);
  const Outcome over = book.Execute(Observed(CommandKind::kObservedPay, 1));
  REQUIRE(ReasonOf(over) == "");
  CHECK(Accepted(over).postings[0].entry.overspends);
  CHECK(Accepted(over).notices.back().limit.action == ToleranceAction::kBlock);
  CHECK(book.FindLine(kLineA)->standing.overspent);
  CHECK(Available(BalancesOf(book)) == -1);
  const Outcome refunded = book.Execute(Observed(CommandKind::kRefund, 101));
  REQUIRE(ReasonOf(refunded) == "");
  CHECK_FALSE(Accepted(refunded).postings[0].entry.overspends);
  CHECK(book.FindLine(kLineA)->standing.overspent);
  CHECK(ReasonOf(book.Execute(Observed(CommandKind::kRefund, 1))) == "EXCEEDS_PAID");
  CHECK(ReasonOf(book.Execute(Observed(CommandKind::kLiquidate, 1))) == "EXCEEDS_ENCUMBRANCE");
  CHECK(ReasonOf(book.Execute(Observed(CommandKind::kReduce, 101))) == "BELOW_COMMITMENTS");
  CHECK(ReasonOf(book.Execute(Reserve(1))) == "LINE_MODE_MISMATCH");
}

TEST_CASE("A fact is taken only by a line of the unit that was authorised", "[budget][domain]") {
  Book book;
  LineHead head = Head();
  head.mode = LineMode::kObserved;
  book.AddLine(LineWith(head, {.approved = 100}));
  Command pay = Observed(CommandKind::kObservedPay, 1);
  pay.unit_path = "/33/health/";
  const Outcome refused = book.Rehearse(pay);
  REQUIRE(ReasonOf(refused) == "LINE_NOT_FOUND");
  CHECK(std::get<Refusal>(refused).figures.count("available") == 0);
  pay.unit_path = head.unit_path;
  CHECK(ReasonOf(book.Rehearse(pay)) == "");
}

TEST_CASE("What comes back under a contract that is over is free again", "[budget][domain]") {
  Book book = BookWith();
  Command encumber = CommandOf(CommandKind::kEncumber, 900);
  encumber.contract_id = kContract;
  REQUIRE(ReasonOf(book.Execute(encumber)) == "");
  const std::string voided = "p-1", posted = "p-2", expired = "p-3";
  for (const std::string& payment : {voided, posted, expired}) {
    REQUIRE(ReasonOf(book.Execute(Reserve(100, kContract, payment))) == "");
  }
  Command over = CommandOf(CommandKind::kLiquidate, 0);
  over.contract_id = kContract;
  over.contract_over = true;
  over.effective_date = absl::CivilDay(2028, 6, 1);  // long after the line's year
  const Outcome released = book.Execute(over);
  REQUIRE(ReasonOf(released) == "");
  REQUIRE(Accepted(released).postings.size() == 1);
  CHECK(Accepted(released).postings[0].entry.amount == 600);
  CHECK(Accepted(released).postings[0].entry.effective_date == absl::CivilDay(2026, 12, 31));
  CHECK(book.EncumbranceOf(kLineA, kContract) == Encumbrance{.open = 0, .over = true});
  CHECK(Available(BalancesOf(book)) == 700);
  // Once more changes nothing; nothing is taken any more.
  CHECK_FALSE(Accepted(book.Execute(over)).encumbrance.has_value());
  CHECK(ReasonOf(book.Execute(encumber)) == "EXCEEDS_AVAILABLE");
  encumber.amount.minor = 1;
  CHECK(ReasonOf(book.Execute(encumber)) == "CONTRACT_OVER");
  CHECK(ReasonOf(book.Execute(Reserve(1, kContract, "p-4"))) == "EXCEEDS_ENCUMBRANCE");
  // Void, expiry, the rest of a posting and a refund go to the executable budget.
  const auto settle = [&](CommandKind kind, const std::string& payment, int64_t minor) {
    Command command = CommandOf(kind, minor);
    command.reservation_id = payment;
    const Outcome outcome = book.Execute(command);
    REQUIRE(ReasonOf(outcome) == "");
    CHECK(Accepted(outcome).postings.back().entry.debit == Account::kExecutable);
    return Available(BalancesOf(book));
  };
  CHECK(settle(CommandKind::kVoid, voided, 0) == 800);
  CHECK(settle(CommandKind::kExpire, expired, 0) == 900);
  CHECK(settle(CommandKind::kPost, posted, 70) == 930);
  CHECK(settle(CommandKind::kRefund, posted, 20) == 950);
  CHECK(BalancesOf(book).encumbered == 0);
}

TEST_CASE("A contract of which nothing is open is over without an entry", "[budget][domain]") {
  Book book = BookWith({.approved = 100}, LineState::kClosed);
  Command over = CommandOf(CommandKind::kLiquidate, 0);
  over.contract_id = kContract;
  over.contract_over = true;
  const Outcome outcome = book.Execute(over);
  REQUIRE(ReasonOf(outcome) == "");
  CHECK(Accepted(outcome).postings.empty());
  CHECK(book.EncumbranceOf(kLineA, kContract).over);
  over.line_id = kLineB;
  CHECK(ReasonOf(book.Execute(over)) == "LINE_NOT_FOUND");
  over.line_id = kLineA;
  over.contract_id = "c-2";
  over.mode = LineMode::kObserved;
  CHECK(ReasonOf(book.Execute(over)) == "LINE_MODE_MISMATCH");
}

TEST_CASE("Commands that stand or fall together leave no trace when one is refused",
          "[budget][domain]") {
  Book book = BookWith({.approved = 100});
  const LineStanding before = book.FindLine(kLineA)->standing;
  Command encumber = CommandOf(CommandKind::kEncumber, 30);
  encumber.contract_id = kContract;
  Command by_contract = Reserve(20);
  by_contract.contract_id = kContract;
  Command approve = CommandOf(CommandKind::kApprove, 5);
  LineHead made = Head(kLineB);
  approve.new_line = std::make_shared<const LineHead>(made);
  const std::vector<Command> commands = {approve, encumber, by_contract,
                                         CommandOf(CommandKind::kReduce, 71)};
  const std::vector<Outcome> refused = book.ExecuteAll(commands);
  REQUIRE(refused.size() == 4);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(ReasonOf(refused[i]) == "GROUP_REFUSED");
    CHECK(std::get<Refusal>(refused[i]).figures ==
          Figures{{"index", "3"}, {"reason", "BELOW_COMMITMENTS"}});
  }
  CHECK(ReasonOf(refused[3]) == "BELOW_COMMITMENTS");
  CHECK(book.FindLine(kLineA)->standing == before);
  CHECK(book.FindLine(kLineB) == nullptr);
  CHECK(book.encumbrances().empty());
  CHECK(book.reservations().empty());
  // The code of the line that was not made is free.
  made.id = kContract;
  Command other = approve;
  other.new_line = std::make_shared<const LineHead>(made);
  CHECK(ReasonOf(book.Rehearse(other)) == "");
  // Those after the refused one are not tried.
  const std::vector<Outcome> first = book.ExecuteAll({Reserve(101), Reserve(1)});
  CHECK(ReasonOf(first[0]) == "EXCEEDS_AVAILABLE");
  CHECK(ReasonOf(first[1]) == "GROUP_REFUSED");
  std::vector<Command> fits = commands;
  fits.back().amount.minor = 70;
  for (const Outcome& outcome : book.ExecuteAll(fits)) CHECK(ReasonOf(outcome) == "");
  CHECK(book.EncumbranceOf(kLineA, kContract).open == 10);
  CHECK(book.FindLine(kLineA)->standing.balances.in_transit == 20);
}

TEST_CASE("The fold finds what a damaged store hides", "[budget][domain]") {
  Book book = BookWith({});
  LineStanding start = book.FindLine(kLineA)->standing;
  start.version = 0;
  book.AddLine({book.FindLine(kLineA)->head, start});
  const Outcome raised = book.Execute(CommandOf(CommandKind::kSupplement, 100));
  const Outcome reserved = book.Execute(Reserve(40));
  const auto differences = [&](LineStanding stored, LineRecords records, bool swap_order = false) {
    LineFold fold(*book.FindLine(kLineA)->head);
    fold.Add(Accepted(swap_order ? reserved : raised).postings[0].entry);
    fold.Add(Accepted(swap_order ? raised : reserved).postings[0].entry);
    std::string found;
    for (const Difference& difference : fold.Differences(stored, records)) {
      found += difference.invariant + " " + difference.detail + "; ";
    }
    return found;
  };
  LineStanding stored = book.FindLine(kLineA)->standing;
  const LineRecords records{.reservations_pending = 40};
  CHECK(differences(stored, records) == "");
  CHECK(differences(stored, {}) == "L3 pending reservations: journal 40, stored 0; ");
  CHECK(differences(stored, records, true).find("L2") != std::string::npos);
  stored.balances.supplemented = 101;
  CHECK(differences(stored, records).find("L6 supplemented: journal 100, stored 101") !=
        std::string::npos);
  stored = book.FindLine(kLineA)->standing;
  stored.version = 3;
  CHECK(differences(stored, records) == "L6 version: journal 2, stored 3; ");
  Entry illegal = Accepted(raised).postings[0].entry;
  illegal.debit = Account::kPaid;
  LineFold fold(Head());
  fold.Add(illegal);
  CHECK(fold.Differences({}, {})[0].invariant == "L1");
}

TEST_CASE("Names of tolerance profiles are checked", "[budget][domain]") {
  CHECK(IsProfileName("default"));
  CHECK(IsProfileName("a" + std::string(39, '9')));
  CHECK_FALSE(IsProfileName(""));
  CHECK_FALSE(IsProfileName("a" + std::string(40, '9')));
  CHECK_FALSE(IsProfileName("Default"));
  CHECK_FALSE(IsProfileName("9a"));
}

}  // namespace fiscus::budget
