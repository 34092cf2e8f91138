#include <algorithm>

#include "tests/sim/random/random.h"
#include "tests/sim/workload/action.h"

namespace fiscus::sim {
namespace {

constexpr int64_t kDay = 2000;  // ms of the virtual clock

// Writes stories, each in its own order; the list is sorted by time at the end.
class Province {
 public:
  explicit Province(uint64_t seed) : random_(Mix(seed ^ 0x40e7)) {}

  std::vector<Action> Write(int count) {
    const int days = std::clamp(count, 20, 120);
    for (int line = 0; line < kLines; ++line) Budget(line);
    for (int day = 1; day <= days; day += static_cast<int>(random_.Between(1, 4))) {
      Add(day * kDay + 1900, {.what = "DAY", .amount = -1});
    }
    while (static_cast<int>(actions_.size()) < count) Story(random_.Between(2, days) * kDay);
    std::stable_sort(actions_.begin(), actions_.end(),
                     [](const Action& a, const Action& b) { return a.at_ms < b.at_ms; });
    for (size_t i = 0; i < actions_.size(); ++i) actions_[i].id = static_cast<int>(i);
    return std::move(actions_);
  }

 private:
  void Add(int64_t at_ms, Action action) {
    action.at_ms = at_ms + random_.Below(50);
    actions_.push_back(std::move(action));
  }

  int64_t Fen(int64_t yuan_max) {
    return random_.Between(100, yuan_max) * 100 + random_.Below(100);
  }

  // A line is approved, its contract signed.
  void Budget(int line) {
    Add(0, {.what = "APPROVE", .line = line, .amount = 1000000 + Fen(5000)});
    Add(600,
        {.what = "ENCUMBER", .line = line, .amount = Fen(4000), .contract = line != kObserved});
  }

  void Story(int64_t at_ms) {
    const int line = static_cast<int>(random_.Below(kObserved));
    switch (random_.Below(9)) {
      case 4:
        return Recur(at_ms, line);
      case 0:
        return Correct(at_ms, line);
      case 1:
        Add(at_ms, {.what = "OBSERVED_PAY", .line = kObserved, .amount = Fen(4000)});
        if (!random_.OneIn(3)) return;
        Add(at_ms + 4000, {.what = "REFUND", .line = kObserved, .amount = Fen(3000)});
        return;
      case 2:
        return Rectify(at_ms);
      case 3:
        return PayDirectly(at_ms, line);
      default:
        return Pay(at_ms, line);
    }
  }

  // A payment passes the hands; sometimes one of them stumbles.
  void Pay(int64_t at_ms, int line) {
    const int number = 100 + static_cast<int>(actions_.size());
    const bool contract = !random_.OneIn(4);
    Action a{.line = line, .number = number, .contract = contract};
    const auto step = [&](const char* what, int person, int64_t within_ms) {
      a.what = what;
      a.person = person;
      Add(at_ms += random_.Between(100, within_ms), a);
    };
    a.amount = Fen(900);
    if (random_.OneIn(3)) {
      a.of = contract ? AmountOf::kOpen : AmountOf::kLimit;
      a.amount = random_.Between(-1, 1);
    }
    step("PAY:SUBMIT", 0, 300);
    a.of = AmountOf::kPlain;
    step("PAY:UNIT", 1, 1500);
    if (random_.OneIn(8)) {
      const bool returned = random_.OneIn(2);
      return step(returned ? "PAY:RETURN" : "PAY:WITHDRAW", returned ? 2 : 0, 1500);
    }
    step("PAY:FINANCE", 2, 1500);
    step("PAY:ORDER", random_.OneIn(6) ? 0 : 3, random_.OneIn(4) ? 20000 : 1500);
    if (random_.OneIn(3)) {
      a.of = AmountOf::kReserved;
      a.amount = random_.OneIn(2) ? random_.Between(0, 1) : -random_.Between(0, 30000);
      step("PAY:REFUND", 3, 8000);
    }
  }

  // A unit that uses the ledger alone: reserve, confirm, post or give up, and a refund.
  void PayDirectly(int64_t at_ms, int line) {
    const int number = 10 + static_cast<int>(random_.Below(40));
    const bool contract = random_.OneIn(2);
    Action a{.what = "RESERVE",
             .line = line,
             .number = number,
             .amount = Fen(1500),
             .contract = contract,
             .flag = random_.OneIn(2)};
    Add(at_ms, a);
    a.what = "CONFIRM";
    if (random_.OneIn(2)) Add(at_ms + 700, a);
    a.what = random_.OneIn(3) ? "VOID" : "POST";
    a.of = AmountOf::kReserved;
    a.amount = random_.OneIn(2) ? 0 : -random_.Between(1, 20000);
    Add(at_ms + random_.Between(900, 9000), a);
    if (random_.OneIn(3)) Add(at_ms + random_.Between(900, 12000), a);
    a.what = "REFUND";
    a.amount = -random_.Between(0, 9000);
    if (random_.OneIn(2)) Add(at_ms + random_.Between(9000, 20000), a);
  }

  void Correct(int64_t at_ms, int line) {
    const int other = static_cast<int>(random_.Below(kObserved));
    const char* what = random_.OneIn(3)   ? "TRANSFER"
                       : random_.OneIn(2) ? "SUPPLEMENT"
                       : random_.OneIn(2) ? "FREEZE"
                                          : "REDUCE";
    Action a{.what = what, .line = line, .other = other, .amount = Fen(1500)};
    a.versioned = random_.OneIn(2);
    if (a.versioned && a.what != "TRANSFER") a.other = random_.OneIn(3) ? 1 : 0;
    if (random_.OneIn(2)) {
      a.of = AmountOf::kAvailable;
      a.amount = -random_.Between(0, 60000);
    }
    Add(at_ms, a);
    if (a.what == "FREEZE") {
      a.what = "UNFREEZE";
      a.of = AmountOf::kPlain;
      Add(at_ms + random_.Between(1000, 30000), a);
    }
  }

  void Rectify(int64_t at_ms) {
    Action a{.what = "ALERT", .number = static_cast<int>(random_.Below(5))};
    const int64_t steps = random_.Between(1, 7);
    for (int64_t i = 0; i < steps; ++i) Add(at_ms += random_.Between(200, 3000), a);
    a.flag = random_.OneIn(2);
    a.other = random_.OneIn(2) ? 3 : 9;
    Add(at_ms + 500, a);
  }

  // A line asks for too much, its alert is carried to closure, and it asks for too much again.
  void Recur(int64_t at_ms, int line) {
    Action greedy{.what = "RESERVE",
                  .line = line,
                  .number = 900 + line,
                  .amount = 1,
                  .of = AmountOf::kAvailable};
    const Action raise{.what = "SUPPLEMENT", .line = line, .amount = 10000};
    Action hand{.what = "ALERT", .line = line, .contract = true};
    Add(at_ms, greedy);
    Add(at_ms + 400, raise);
    Add(at_ms + 800, raise);
    for (int i = 0; i < 6; ++i) Add(at_ms + 1200 + int64_t{i} * 300, hand);
    Add(at_ms + 4500, greedy);
    hand.flag = true;
    hand.other = 9;
    Add(at_ms + 6500, hand);
  }

  Random random_;
  std::vector<Action> actions_;
};

}  // namespace

std::vector<Action> MonthsOfAProvince(uint64_t seed, int count) {
  return Province(seed).Write(count);
}

}  // namespace fiscus::sim
