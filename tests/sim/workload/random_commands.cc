#include <array>

#include "tests/sim/random/random.h"
#include "tests/sim/workload/action.h"

namespace fiscus::sim {
namespace {

constexpr int64_t kYuan = 100;

Action Approve(int line, Random& random) {
  return {.at_ms = random.Below(200),
          .what = "APPROVE",
          .line = line,
          .amount = random.Between(100, 10000) * kYuan + random.Below(100)};
}

void Amount(Action& a, Random& random) {
  static constexpr std::array kBounds = {AmountOf::kPlain, AmountOf::kAvailable, AmountOf::kLimit,
                                         AmountOf::kOpen, AmountOf::kReserved};
  a.amount = random.Between(1, 200000);
  if (random.OneIn(2)) return;
  a.of = kBounds[static_cast<size_t>(random.Below(5))];
  a.amount = random.Between(-1, 1);
  if (random.OneIn(3)) a.amount = -random.Between(0, 100000);
}

Action Ledger(Random& random) {
  static constexpr std::array kKinds = {
      "SUPPLEMENT", "REDUCE",  "TRANSFER", "FREEZE",       "UNFREEZE", "ENCUMBER", "ENCUMBER",
      "LIQUIDATE",  "RESERVE", "RESERVE",  "RESERVE",      "CONFIRM",  "POST",     "POST",
      "VOID",       "VOID",    "REFUND",   "OBSERVED_PAY", "REFUND"};
  Action a{.what = kKinds[static_cast<size_t>(random.Below(kKinds.size()))],
           .line = static_cast<int>(random.Below(kLines)),
           .other = static_cast<int>(random.Below(kLines)),
           .number = static_cast<int>(random.Below(6)),
           .contract = random.OneIn(2),
           .foreign = random.OneIn(25),
           .versioned = random.OneIn(2),
           .flag = random.OneIn(2)};
  if (a.what == "LIQUIDATE" && random.OneIn(4)) a.what = "END_CONTRACT";
  if (a.what == "OBSERVED_PAY" || random.OneIn(30)) a.line = kObserved;
  if (random.OneIn(40)) a.line = kLines + 1;  // a line that is not there
  Amount(a, random);
  if (a.versioned) a.other = random.OneIn(2) ? 1 : 0;
  return a;
}

Action Pay(Random& random) {
  static constexpr std::array kSteps = {"PAY:SUBMIT",  "PAY:SUBMIT", "PAY:UNIT",
                                        "PAY:FINANCE", "PAY:ORDER",  "PAY:ORDER",
                                        "PAY:REFUND",  "PAY:RETURN", "PAY:WITHDRAW"};
  Action a{.what = kSteps[static_cast<size_t>(random.Below(kSteps.size()))],
           .line = static_cast<int>(random.Below(kObserved)),
           .number = static_cast<int>(random.Below(4)),
           .person = static_cast<int>(random.Below(4)),
           .contract = random.OneIn(2)};
  Amount(a, random);
  if (a.what == "PAY:SUBMIT") a.line = a.number % kObserved;
  return a;
}

Action Other(Random& random) {
  if (random.OneIn(3)) return {.what = "DAY", .amount = random.Between(0, 50)};
  if (random.OneIn(4)) return {.what = "REUSE", .number = static_cast<int>(random.Below(30))};
  Action a{.what = "ALERT", .number = static_cast<int>(random.Below(4)), .flag = random.OneIn(3)};
  static constexpr std::array kCommands = {0, 0, 0, 3, 3, 9};
  a.other = kCommands[static_cast<size_t>(random.Below(kCommands.size()))];
  return a;
}

}  // namespace

std::vector<Action> RandomCommands(uint64_t seed, int count) {
  Random random(Mix(seed ^ 0x5eed));
  std::vector<Action> actions;
  for (int line = 0; line < kLines; ++line) actions.push_back(Approve(line, random));
  int64_t at_ms = 300;
  while (static_cast<int>(actions.size()) < count) {
    const int64_t dice = random.Below(10);
    Action a = dice < 5 ? Ledger(random) : dice < 8 ? Pay(random) : Other(random);
    at_ms += random.Below(random.OneIn(8) ? 2000 : 60);
    a.at_ms = at_ms;
    actions.push_back(a);
    if (a.what != "RESERVE" || !random.OneIn(3)) continue;
    a.what = random.OneIn(2) ? "CONFIRM" : "VOID";  // races with the reservation
    actions.push_back(std::move(a));
  }
  for (size_t i = 0; i < actions.size(); ++i) actions[i].id = static_cast<int>(i);
  return actions;
}

std::string ToText(const Action& a) {
  static constexpr std::array kOf = {"", "available + ", "limit + ", "open + ", "reserved + "};
  std::string text = std::to_string(a.at_ms) + " ms  req-" + std::to_string(a.id) + "  " + a.what +
                     " line " + std::to_string(a.line) + " no. " + std::to_string(a.number) +
                     " amount " + kOf[static_cast<size_t>(a.of)] + std::to_string(a.amount);
  if (a.contract) text += " contract";
  if (a.foreign) text += " foreign";
  if (a.versioned) text += " versioned";
  if (a.flag) text += " flag";
  return text + " other " + std::to_string(a.other) + " person " + std::to_string(a.person);
}

}  // namespace fiscus::sim
