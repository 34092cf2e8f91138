#include "tests/sim/auditor/ledger_model.h"

#include <algorithm>

namespace fiscus::sim::audit {
namespace {

const std::vector<Expected> kNothing;

bool ByReservation(const trace::LedgerCommand& c) {
  return c.kind == "CONFIRM" || c.kind == "POST" || c.kind == "VOID" || c.kind == "EXPIRE" ||
         (c.kind == "REFUND" && !c.observed);
}

// What is used after adding `more` is above the limit, exactly.
bool Blocks(const LineModel& line, Wide more) {
  const Wide used = line.Used() + more;
  if (used <= 0) return false;
  return line.authorised <= 0 || used * 10000 > line.authorised * line.block_bp;
}

std::string Origin(const std::string& contract) {
  return contract.empty() ? "EXECUTABLE" : "ENCUMBERED";
}

}  // namespace

const LineModel* LedgerModel::Find(const std::string& line) const {
  const auto it = lines_.find(line);
  return it == lines_.end() ? nullptr : &it->second;
}

Wide LedgerModel::Open(const std::string& line, const std::string& contract) const {
  const auto it = open_.find({line, contract});
  return it == open_.end() ? 0 : it->second;
}

bool LedgerModel::MadeAfter(const std::string& reservation, int64_t commits) const {
  const auto it = holds_.find(reservation);
  return it == holds_.end() || it->second.made_by > commits;
}

LedgerModel::Effect LedgerModel::Judge(const trace::LedgerCommand& c) const {
  if (ByReservation(c)) {
    const auto hold = holds_.find(c.reservation);
    return hold == holds_.end() ? Effect() : JudgeSettling(c, hold->second);
  }
  const LineModel* line = Find(c.line);
  if (c.kind == "APPROVE") {
    const bool same = line != nullptr && line->approved == c.amount &&
                      line->currency == c.currency && line->project == c.project;
    if (same) return kNothing;
    if (line != nullptr || c.amount <= 0) return std::nullopt;
    return {{{c.line, "APPROVE", "EXECUTABLE", "BUDGET_SOURCE", c.amount}}};
  }
  if (line == nullptr) return std::nullopt;  // L11
  const auto hold = holds_.find(c.reservation);
  if (c.kind == "RESERVE" && hold != holds_.end() && hold->second.state == "PENDING" &&
      hold->second.line == c.line && hold->second.contract == c.contract &&
      hold->second.amount == c.amount && line->currency == c.currency) {
    return kNothing;
  }
  if (c.kind == "END_CONTRACT") {
    if (IsOver(c.line, c.contract)) return kNothing;
    if (line->observed) return std::nullopt;
    const auto open = static_cast<int64_t>(Open(c.line, c.contract));
    if (open == 0) return kNothing;
    return {{{c.line, "LIQUIDATE", "EXECUTABLE", "ENCUMBERED", open}}};
  }
  if (line->currency != c.currency || c.amount <= 0 || line->observed != c.observed) {
    return std::nullopt;
  }
  if (c.kind == "RESERVE") return JudgeReserve(c, *line);
  const bool spends = c.kind == "ENCUMBER" || c.kind == "LIQUIDATE" || c.kind == "OBSERVED_PAY" ||
                      c.kind == "REFUND";
  return spends ? JudgeSpending(c, *line) : JudgeBudget(c, *line);
}

LedgerModel::Effect LedgerModel::JudgeBudget(const trace::LedgerCommand& c,
                                             const LineModel& line) const {
  if (c.kind == "SUPPLEMENT" || c.kind == "REDUCE") {
    if (c.expected_version != 0 && c.expected_version != line.version) return std::nullopt;
    const bool up = c.kind == "SUPPLEMENT";
    if (!up && c.amount > (line.observed ? line.authorised : line.Available())) return std::nullopt;
    return {{{c.line, c.kind, up ? "EXECUTABLE" : "BUDGET_SOURCE",
              up ? "BUDGET_SOURCE" : "EXECUTABLE", c.amount}}};
  }
  if (c.kind == "FREEZE") {
    if (c.amount > line.Available()) return std::nullopt;
    return {{{c.line, "FREEZE", "FROZEN", "EXECUTABLE", c.amount}}};
  }
  if (c.kind == "UNFREEZE") {
    if (c.amount > line.frozen) return std::nullopt;
    return {{{c.line, "UNFREEZE", "EXECUTABLE", "FROZEN", c.amount}}};
  }
  const LineModel* to = Find(c.counter);  // TRANSFER
  if (to == nullptr || c.counter == c.line || to->currency != line.currency ||
      to->observed != line.observed || c.amount > line.Available()) {
    return std::nullopt;
  }
  return {{{c.line, "TRANSFER_OUT", "TRANSFER_CLEARING", "EXECUTABLE", c.amount},
           {c.counter, "TRANSFER_IN", "EXECUTABLE", "TRANSFER_CLEARING", c.amount}}};
}

LedgerModel::Effect LedgerModel::JudgeSpending(const trace::LedgerCommand& c,
                                               const LineModel& line) const {
  if (c.kind == "ENCUMBER") {
    const bool wrong =
        !line.observed && (c.project != line.project || c.amount > line.Available() ||
                           Blocks(line, c.amount) || IsOver(c.line, c.contract));
    if (wrong) return std::nullopt;
    return {{{c.line, "ENCUMBER", "ENCUMBERED", "EXECUTABLE", c.amount}}};
  }
  const Wide open = Open(c.line, c.contract);
  if (c.kind == "LIQUIDATE") {
    if (c.amount > open) return std::nullopt;
    return {{{c.line, "LIQUIDATE", "EXECUTABLE", "ENCUMBERED", c.amount}}};
  }
  if (c.kind == "REFUND") {  // of an observed line: names no payment
    if (c.amount > line.paid - line.refunded) return std::nullopt;
    return {{{c.line, "REFUND", "EXECUTABLE", "REFUNDED", c.amount}}};
  }
  const auto first = static_cast<int64_t>(std::min<Wide>(open, c.amount));  // OBSERVED_PAY
  std::vector<Expected> effect;
  if (first > 0) effect.push_back({c.line, "OBSERVED_PAY", "PAID", "ENCUMBERED", first});
  if (c.amount > first) {
    effect.push_back({c.line, "OBSERVED_PAY", "PAID", "EXECUTABLE", c.amount - first});
  }
  return effect;
}

LedgerModel::Effect LedgerModel::JudgeReserve(const trace::LedgerCommand& c,
                                              const LineModel& line) const {
  const bool direct = c.contract.empty();
  if (line.project != c.project || holds_.contains(c.reservation)) return std::nullopt;
  if (c.amount > (direct ? line.Available() : Open(c.line, c.contract))) return std::nullopt;
  if (Blocks(line, direct ? c.amount : 0)) return std::nullopt;
  return {{{c.line, "RESERVE", "IN_TRANSIT", Origin(c.contract), c.amount}}};
}

LedgerModel::Effect LedgerModel::JudgeSettling(const trace::LedgerCommand& c,
                                               const HoldModel& hold) const {
  const bool pending = hold.state == "PENDING";
  const std::string& line = hold.line;
  const std::string origin = IsOver(line, hold.contract) ? "EXECUTABLE" : Origin(hold.contract);
  const bool fits = lines_.at(line).currency == c.currency && c.amount > 0;
  if (c.kind == "CONFIRM") return pending ? Effect(kNothing) : std::nullopt;
  if (c.kind == "VOID" || c.kind == "EXPIRE") {
    if (!pending || (c.kind == "EXPIRE" && !hold.expires)) return std::nullopt;
    return {{{line, c.kind, origin, "IN_TRANSIT", static_cast<int64_t>(hold.amount)}}};
  }
  if (c.kind == "POST") {
    if (fits && hold.state == "POSTED" && hold.posted == c.amount) return kNothing;
    if (!fits || !pending || c.amount > hold.amount) return std::nullopt;
    std::vector<Expected> effect = {{line, "POST", "PAID", "IN_TRANSIT", c.amount}};
    const Wide rest = hold.amount - c.amount;
    if (rest > 0) {
      effect.push_back({line, "VOID", origin, "IN_TRANSIT", static_cast<int64_t>(rest)});
    }
    return effect;
  }
  if (!fits || c.amount > hold.posted - hold.refunded) return std::nullopt;  // REFUND, Y8
  return {{{line, "REFUND", origin, "REFUNDED", c.amount}}};
}

void LedgerModel::Move(const Expected& e) {
  LineModel& line = lines_[e.line];
  ++line.version;
  const auto account = [&line](const std::string& name) -> Wide* {
    if (name == "BUDGET_SOURCE" || name == "TRANSFER_CLEARING") return &line.authorised;
    if (name == "FROZEN") return &line.frozen;
    if (name == "ENCUMBERED") return &line.encumbered;
    if (name == "IN_TRANSIT") return &line.in_transit;
    if (name == "PAID") return &line.paid;
    if (name == "REFUNDED") return &line.refunded;
    return nullptr;  // EXECUTABLE is what remains
  };
  const bool source_credit = e.credit == "BUDGET_SOURCE" || e.credit == "TRANSFER_CLEARING";
  const bool source_debit = e.debit == "BUDGET_SOURCE" || e.debit == "TRANSFER_CLEARING";
  if (Wide* debit = account(e.debit)) *debit += source_debit ? -e.amount : e.amount;
  if (Wide* credit = account(e.credit)) {
    *credit += source_credit || e.credit == "REFUNDED" ? e.amount : -e.amount;
  }
}

void LedgerModel::TakeHold(const trace::LedgerCommand& c, const std::vector<Expected>& effect) {
  if (c.kind == "RESERVE" && !effect.empty()) {
    holds_[c.reservation] = {.line = c.line,
                             .contract = c.contract,
                             .expires = c.expires,
                             .made_by = commits_,
                             .amount = c.amount};
    open_[{c.line, c.contract}] -= c.contract.empty() ? 0 : c.amount;
    return;
  }
  if (!ByReservation(c)) return;
  HoldModel& hold = holds_.at(c.reservation);
  Wide back = 0;
  if (c.kind == "CONFIRM") hold.expires = false;
  if (effect.empty()) return;
  if (c.kind == "POST") {
    hold.state = "POSTED";
    hold.posted = c.amount;
    back = hold.amount - c.amount;
  } else if (c.kind == "REFUND") {
    hold.refunded += c.amount;
    back = c.amount;
  } else {
    hold.state = c.kind == "VOID" ? "VOIDED" : "EXPIRED";
    back = hold.amount;
  }
  const bool bound = !hold.contract.empty() && !IsOver(hold.line, hold.contract);
  if (bound) open_[{hold.line, hold.contract}] += back;
}

std::string LedgerModel::Take(const trace::LedgerCommand& c, const std::vector<Expected>& effect) {
  if (c.kind == "APPROVE" && !effect.empty()) {
    lines_[c.line] = {
        .project = c.project, .currency = c.currency, .observed = c.observed, .approved = c.amount};
    if (c.block_bp > 0) lines_[c.line].block_bp = c.block_bp;
  }
  for (const Expected& e : effect) {
    Move(e);
    const LineModel& line = lines_[e.line];
    if (!line.observed && line.Available() < 0) return "L2: less than nothing is available";
  }
  if (c.kind == "ENCUMBER") open_[{c.line, c.contract}] += c.amount;
  if (c.kind == "LIQUIDATE") open_[{c.line, c.contract}] -= c.amount;
  if (c.kind == "END_CONTRACT") {
    open_[{c.line, c.contract}] = 0;
    over_.insert({c.line, c.contract});
  }
  if (c.kind == "OBSERVED_PAY" && effect.front().credit == "ENCUMBERED") {
    open_[{c.line, c.contract}] -= effect.front().amount;
  }
  TakeHold(c, effect);
  return "";
}

}  // namespace fiscus::sim::audit
