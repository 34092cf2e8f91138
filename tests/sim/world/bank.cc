#include "tests/sim/world/bank.h"

namespace fiscus::sim {
namespace {

constexpr int64_t kTellAgainMs = 800;

}  // namespace

BankNews Bank::Instruct(const std::string& instruction_id, const std::string& payment_id,
                        int64_t amount) {
  const auto [it, is_new] = latest_.try_emplace(instruction_id, BankNews{"", payment_id, "", 0});
  if (!is_new) return it->second;
  auditor_.OnBank(payment_id, "TAKEN", amount);
  const std::string about = "bank " + instruction_id;
  const auto at = [&](const char* what, int64_t low, int64_t high) {
    return kernel_.Pick(about + what, low, high);
  };
  const int64_t fate = at("fate", 0, 9);
  const int64_t decided_ms = at("decided", 50, 3000);
  Happen(instruction_id, at("accepted", 10, 600), {"", payment_id, "ACCEPTED", 0});
  if (fate == 7) {
    Happen(instruction_id, decided_ms, {"", payment_id, "REJECTED", 0});
    return it->second;
  }
  const int64_t cleared = fate == 6 ? at("part", 1, amount) : amount;
  Happen(instruction_id, decided_ms, {"", payment_id, "CLEARED", cleared});
  Happen(instruction_id, decided_ms + at("receipt", -20, 800), {"", payment_id, "RECEIPT", 0});
  if (fate >= 8) {
    const int64_t back = fate == 9 ? cleared : at("back", 1, cleared);
    Happen(instruction_id, decided_ms + at("late", 1, 4000), {"", payment_id, "REFUNDED", back});
  }
  return it->second;
}

const BankNews* Bank::Query(const std::string& instruction_id) const {
  const auto it = latest_.find(instruction_id);
  return it == latest_.end() ? nullptr : &it->second;
}

void Bank::Happen(const std::string& instruction_id, int64_t delay_ms, BankNews news) {
  news.event_id = instruction_id + "/" + news.kind;
  kernel_.Always(delay_ms, "bank: " + news.event_id, [this, instruction_id, news] {
    BankNews& latest = latest_.at(instruction_id);
    const bool decisive = latest.kind == "CLEARED" || latest.kind == "REJECTED";
    const bool tells = news.kind != "RECEIPT" && news.kind != "REFUNDED";
    if (tells && !(decisive && news.kind == "ACCEPTED")) latest = news;
    if (news.kind == "CLEARED") auditor_.OnBank(news.payment_id, "PAID", news.amount);
    if (news.kind == "REFUNDED") auditor_.OnBank(news.payment_id, "BACK", news.amount);
    Report(news, 1);
  });
}

void Bank::Report(const BankNews& news, int attempt) {
  if (acked_[news.event_id]) return;
  tell_(news, [this, id = news.event_id] { acked_[id] = true; });
  kernel_.Always(kTellAgainMs, "bank tells again: " + news.event_id,
                 [this, news, attempt] { Report(news, attempt + 1); });
}

}  // namespace fiscus::sim
