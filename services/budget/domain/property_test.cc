// Random histories against the naive reference ledger.
//
// Each seed makes one history of commands over a few lines, among them pairs, repeats, commands
// that stand or fall together, wrong dates, currencies, projects and amounts up to the edge of
// int64. After every command the real core and the reference must agree on acceptance, reason,
// notices and marks, bucket by bucket, and the invariants must hold. A failure names the seed and
// the step.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "services/budget/domain/journal.h"
#include "services/budget/domain/ledger_fixtures.h"
#include "services/budget/domain/reference_ledger.h"

namespace fiscus::budget {
namespace {

// SplitMix64: small, seeded, the same everywhere.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  int Below(int limit) { return static_cast<int>(Next() % static_cast<uint64_t>(limit)); }
  bool OneIn(int n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

struct Kind {
  CommandKind kind;
  const char* name;
  int weight;
};
constexpr Kind kKinds[] = {
    {CommandKind::kApprove, "APPROVE", 2},     {CommandKind::kSupplement, "SUPPLEMENT", 4},
    {CommandKind::kReduce, "REDUCE", 4},       {CommandKind::kTransfer, "TRANSFER", 6},
    {CommandKind::kAllot, "ALLOT", 4},         {CommandKind::kFreeze, "FREEZE", 3},
    {CommandKind::kUnfreeze, "UNFREEZE", 3},   {CommandKind::kEncumber, "ENCUMBER", 8},
    {CommandKind::kLiquidate, "LIQUIDATE", 4}, {CommandKind::kReserve, "RESERVE", 16},
    {CommandKind::kConfirm, "CONFIRM", 3},     {CommandKind::kPost, "POST", 12},
    {CommandKind::kVoid, "VOID", 5},           {CommandKind::kExpire, "EXPIRE", 4},
    {CommandKind::kRefund, "REFUND", 6},       {CommandKind::kObservedPay, "OBSERVED_PAY", 6},
};

const Kind& PickKind(Dice& dice) {
  int total = 0;
  for (const Kind& kind : kKinds) total += kind.weight;
  int rest = dice.Below(total);
  for (const Kind& kind : kKinds) {
    if ((rest -= kind.weight) < 0) return kind;
  }
  return kKinds[0];
}

std::string Name(const char* stem, int number) { return stem + std::to_string(number); }

// Profiles of the world; a line cannot have one that is not here.
const std::vector<reference::Limit> kLimits = {
    {"default", "PAY", "INFO", 70},      {"default", "PAY", "WARN", 85},
    {"default", "PAY", "BLOCK", 100},    {"default", "COMMIT", "WARN", 90},
    {"default", "COMMIT", "BLOCK", 100}, {"tight", "PAY", "WARN", 30},
    {"tight", "PAY", "BLOCK", 75},       {"tight", "COMMIT", "BLOCK", 60},
    {"quiet", "PAY", "INFO", 50}};

ToleranceLimit LimitOf(const reference::Limit& limit) {
  return {.group = limit.group == "PAY" ? ToleranceGroup::kPay : ToleranceGroup::kCommit,
          .usage_bp = limit.percent * 100,
          .action = limit.action == "INFO"   ? ToleranceAction::kInfo
                    : limit.action == "WARN" ? ToleranceAction::kWarn
                                             : ToleranceAction::kBlock};
}

std::string TextOf(const std::vector<ToleranceNotice>& notices) {
  std::string text;
  for (const ToleranceNotice& notice : notices) {
    const ToleranceAction action = notice.limit.action;
    text += notice.limit.group == ToleranceGroup::kPay ? "PAY " : "COMMIT ";
    text += action == ToleranceAction::kInfo   ? "INFO "
            : action == ToleranceAction::kWarn ? "WARN "
                                               : "BLOCK ";
    text += std::to_string(notice.limit.usage_bp / 100) + " at " + std::to_string(notice.usage_bp) +
            "; ";
  }
  return text;
}

// The world: L0..L3 active controlled (L3 of another fund nature), L4 pending allotment, L5
// observed, L6 in another currency; L7..L9 do not exist until something makes them.
reference::Account Born(int number) {
  return {.id = Name("L", number),
          .project = number == 4   ? ""
                     : number == 1 ? "P1"
                                   : "P0",
          .currency = number == 6 ? "USD" : "CNY",
          .nature = number == 3 ? "special" : "general",
          .state = number == 4 ? "PENDING" : "ACTIVE",
          .unit = number == 4 ? "/33/" : "/33/edu/",
          .code = Name("C", number),
          .profile = number == 2 || number == 5 ? "tight"
                     : number == 3              ? "quiet"
                                                : "default",
          .year = 2026,
          .observed = number == 5,
          .direct = false};
}

std::shared_ptr<const LineHead> HeadOf(const reference::Account& account) {
  return std::make_shared<const LineHead>(
      LineHead{.id = account.id,
               .code = account.code,
               .document_no = "doc",
               .unit_path = account.unit,
               .project_id = account.project,
               .fiscal_year = account.year,
               .currency = account.currency,
               .mode = account.observed ? LineMode::kObserved : LineMode::kControlled,
               .classification = {.fund_nature = account.nature, .direct_fund = account.direct},
               .tolerance_profile = account.profile});
}

int64_t Amount(Dice& dice) {
  if (dice.OneIn(60)) return std::numeric_limits<int64_t>::max() - dice.Below(3);
  if (dice.OneIn(60)) return -dice.Below(3);
  if (dice.OneIn(8)) return 100 + dice.Below(900);
  return 1 + dice.Below(60);
}

reference::Ask RandomAsk(Dice& dice) {
  const Kind& kind = PickKind(dice);
  reference::Ask ask{.kind = kind.name,
                     .line = Name("L", dice.OneIn(4) ? dice.Below(10) : dice.Below(4)),
                     .other = Name("L", dice.Below(8)),
                     .contract = dice.OneIn(2) ? Name("K", dice.Below(2)) : "",
                     .payment = Name("R", dice.Below(12)),
                     .project = dice.OneIn(20) ? "P9" : "P0",
                     .currency = dice.OneIn(30) ? "USD" : "CNY",
                     .minor = Amount(dice),
                     .year = dice.OneIn(25) ? 2025 : 2026};
  if (ask.line == "L1") ask.project = dice.OneIn(20) ? "P0" : "P1";
  if (ask.line == "L6" && !dice.OneIn(4)) ask.currency = "USD";
  if (kind.kind == CommandKind::kEncumber && ask.contract.empty()) ask.contract = "K0";
  ask.over = kind.kind == CommandKind::kLiquidate && dice.OneIn(4);
  if (kind.kind == CommandKind::kAllot && !dice.OneIn(5)) ask.line = "L4";
  ask.born = Born(dice.Below(10));
  if (kind.kind == CommandKind::kAllot) {
    ask.born = Born(7 + dice.Below(3));
    ask.born.project = dice.OneIn(3) ? "" : "P0";
    if (dice.OneIn(10)) ask.born.unit = "/44/";
  }
  if (dice.OneIn(12)) ask.born.code = "C0";
  if (dice.OneIn(6)) ask.born.profile = "unknown";
  const bool versioned = kind.kind == CommandKind::kSupplement || kind.kind == CommandKind::kReduce;
  if (versioned && dice.OneIn(3)) ask.version = 1 + dice.Below(8);
  const bool may_observe =
      kind.kind == CommandKind::kSupplement || kind.kind == CommandKind::kReduce ||
      kind.kind == CommandKind::kEncumber || kind.kind == CommandKind::kLiquidate ||
      kind.kind == CommandKind::kRefund;
  if (kind.kind == CommandKind::kObservedPay || (may_observe && dice.OneIn(4))) {
    ask.observed = !dice.OneIn(15) || kind.kind == CommandKind::kObservedPay;
    if (!dice.OneIn(8)) ask.line = "L5";
    ask.contract = "";
    ask.over = false;
  }
  return ask;
}

Command ToCommand(const reference::Ask& ask) {
  Command command;
  for (const Kind& kind : kKinds) {
    if (ask.kind == kind.name) command.kind = kind.kind;
  }
  command.mode = ask.observed ? LineMode::kObserved : LineMode::kControlled;
  command.line_id = ask.line;
  command.counter_line_id = ask.other;
  command.reservation_id = ask.payment;
  command.contract_id = ask.contract;
  command.contract_over = ask.over;
  command.expected_version = ask.version;
  command.project_id = ask.project;
  command.amount = {ask.minor, ask.currency};
  command.effective_date = absl::CivilDay(ask.year, 5, 5);
  command.expires_at = absl::FromUnixSeconds(1'800'000'000);
  command.new_line = HeadOf(ask.born);
  command.new_state =
      ask.born.state == "PENDING" ? LineState::kPendingAllotment : LineState::kActive;
  return command;
}

// Everything that must hold after every step; "" or what does not.
std::string Disagreement(const Book& book, const reference::Ledger& truth,
                         const std::map<std::string, std::vector<Entry>>& journal) {
  for (const auto& [id, line] : book.lines()) {
    const Balances& b = line.standing.balances;
    const std::pair<const char*, int64_t> buckets[] = {{"approved", b.approved},
                                                       {"supplemented", b.supplemented},
                                                       {"reduced", b.reduced},
                                                       {"transferred_in", b.transferred_in},
                                                       {"transferred_out", b.transferred_out},
                                                       {"allotted_in", b.allotted_in},
                                                       {"allotted_down", b.allotted_down},
                                                       {"frozen", b.frozen},
                                                       {"encumbered", b.encumbered},
                                                       {"in_transit", b.in_transit},
                                                       {"paid", b.paid},
                                                       {"refunded", b.refunded}};
    for (const auto& [name, value] : buckets) {
      if (value != truth.Sum(id, name)) return id + "." + name;
      if (value < 0) return id + "." + name + " below zero";
    }
    if (line.standing.version != truth.Sum(id, "entries")) return id + " version";
    if (line.standing.overspent != (truth.Sum(id, "overspends") > 0)) return id + " overspent";
    if (Available(b) != truth.Available(id)) return id + " available";
    if (line.head->mode == LineMode::kControlled && Available(b) < 0) return id + " L2";
    // L6, L1, L3 by the verifier that runs in production.
    LineFold fold(*line.head);
    const auto entries = journal.find(id);
    if (entries != journal.end()) {
      for (const Entry& entry : entries->second) fold.Add(entry);
    }
    LineRecords records;
    for (const auto& [key, encumbrance] : book.encumbrances()) {
      if (encumbrance.open < 0) return id + " encumbrance below zero";
      if (encumbrance.over && encumbrance.open != 0)
        return id + " open under a contract that is over";
      if (encumbrance.over != truth.IsOver(key.first, key.second)) return id + " contract over";
      if (key.first == id) records.encumbrances_open += encumbrance.open;
    }
    for (const auto& [reservation_id, reservation] : book.reservations()) {
      if (reservation.line_id != id) continue;
      if (reservation.state == ReservationState::kPending) {
        records.reservations_pending += reservation.amount;
      }
      records.reservations_posted += reservation.posted;
      records.reservations_refunded += reservation.refunded;
    }
    const std::vector<Difference> differences = fold.Differences(line.standing, records);
    if (!differences.empty()) {
      return id + " " + differences[0].invariant + " " + differences[0].detail;
    }
  }
  return "";
}

// L4: Σ authorised over a currency only changes by approve, supplement and reduce.
__int128 TotalAuthorised(const Book& book) {
  __int128 total = 0;
  for (const auto& [id, line] : book.lines()) total += Authorised(line.standing.balances);
  return total;
}

// Gives the same commands to both; several stand or fall together. "" or what differs.
std::string Step(const std::vector<reference::Ask>& asks, Book& book, reference::Ledger& truth,
                 std::map<std::string, std::vector<Entry>>& journal,
                 std::map<std::string, int>& seen) {
  std::vector<Command> commands;
  for (const reference::Ask& ask : asks) commands.push_back(ToCommand(ask));
  const __int128 total_before = TotalAuthorised(book);
  const std::vector<Outcome> outcomes =
      commands.size() == 1 ? std::vector{book.Execute(commands[0])} : book.ExecuteAll(commands);
  const std::vector<reference::Answer> expected = truth.DoAll(asks);
  bool budget_moves = false;
  for (size_t i = 0; i < asks.size(); ++i) {
    ++seen[expected[i].reason];
    if (ReasonOf(outcomes[i]) != expected[i].reason) {
      return "core \"" + ReasonOf(outcomes[i]) + "\", reference \"" + expected[i].reason + "\"";
    }
    const Decision* decision = std::get_if<Decision>(&outcomes[i]);
    if (decision == nullptr) continue;
    if (TextOf(decision->notices) != expected[i].notices) {
      return "notices: core " + TextOf(decision->notices) + " reference " + expected[i].notices;
    }
    const auto marked = std::count_if(decision->postings.begin(), decision->postings.end(),
                                      [](const Posting& p) { return p.entry.overspends; });
    if (marked != (expected[i].overspends ? 1 : 0)) return "overspends";
    seen["notice"] += expected[i].notices.empty() ? 0 : 1;
    seen["overspends"] += expected[i].overspends ? 1 : 0;
    for (const Posting& posting : decision->postings) {
      journal[posting.entry.line_id].push_back(posting.entry);
    }
    budget_moves = budget_moves || commands[i].kind == CommandKind::kApprove ||
                   commands[i].kind == CommandKind::kSupplement ||
                   commands[i].kind == CommandKind::kReduce;
  }
  return budget_moves || TotalAuthorised(book) == total_before ? "" : "L4";
}

// Plays one history; "" or the first disagreement.
std::string Play(uint64_t seed, int steps, std::map<std::string, int>& seen) {
  Dice dice(seed);
  Book book;
  reference::Ledger truth;
  truth.limits = kLimits;
  for (const char* name : {"tight", "quiet"}) {  // "default" needs no row
    ToleranceProfile profile{.name = name, .limits = {}};
    for (const reference::Limit& limit : kLimits) {
      if (limit.profile == name) profile.limits.push_back(LimitOf(limit));
    }
    book.AddProfile(std::move(profile));
  }
  std::map<std::string, std::vector<Entry>> journal;
  for (int step = 0; step < steps + 7; ++step) {
    reference::Ask ask = RandomAsk(dice);
    if (step < 7) {  // the world first
      ask = {.kind = "APPROVE",
             .currency = Born(step).currency,
             .minor = 200 + dice.Below(800),
             .year = 2026,
             .born = Born(step)};
    }
    std::vector<reference::Ask> asks = {ask};
    if (step >= 7 && dice.OneIn(6)) {  // some stand or fall together
      for (int more = 1 + dice.Below(3); more > 0; --more) asks.push_back(RandomAsk(dice));
    }
    const std::string at =
        "seed=" + std::to_string(seed) + " step=" + std::to_string(step) + " " + ask.kind;
    const std::string differs = Step(asks, book, truth, journal, seen);
    if (!differs.empty()) return at + ": " + differs;
    // Full comparison at every fourth step and at the end: the fold of the reference is quadratic.
    if (step % 4 == 0 || step + 1 == steps + 7) {
      const std::string wrong = Disagreement(book, truth, journal);
      if (!wrong.empty()) return at + ": " + wrong;
    }
  }
  return "";
}

}  // namespace

TEST_CASE("The core agrees with a naive ledger on random histories", "[budget][property]") {
  std::map<std::string, int> seen;
  for (uint64_t seed = 1; seed <= 3'000; ++seed) {
    const std::string wrong = Play(seed, 70, seen);
    if (!wrong.empty()) FAIL(wrong);
  }
  // The histories are of use only if they reach acceptance and the refusals.
  for (const char* reason : {"",
                             "LINE_NOT_FOUND",
                             "CURRENCY_MISMATCH",
                             "AMOUNT_NOT_POSITIVE",
                             "AMOUNT_OVERFLOW",
                             "LINE_MODE_MISMATCH",
                             "PERIOD_CLOSED",
                             "LINE_NOT_ACTIVE",
                             "PROJECT_MISMATCH",
                             "EXCEEDS_AVAILABLE",
                             "EXCEEDS_ENCUMBRANCE",
                             "TOLERANCE_BLOCK",
                             "RESERVATION_NOT_FOUND",
                             "RESERVATION_RESOLVED",
                             "EXCEEDS_RESERVATION",
                             "EXCEEDS_PAID",
                             "BELOW_COMMITMENTS",
                             "FUND_NATURE_MISMATCH",
                             "LINE_EXISTS",
                             "PROFILE_NOT_FOUND",
                             "VERSION_MISMATCH",
                             "RESERVATION_EXISTS",
                             "EXCEEDS_FROZEN",
                             "LINES_DO_NOT_FIT",
                             "GROUP_REFUSED",
                             "CONTRACT_OVER",
                             "notice",
                             "overspends"}) {
    INFO(reason);
    CHECK(seen[reason] >= 20);
  }
  CHECK(seen[""] > 3'000 * 15);
}

}  // namespace fiscus::budget
