// The naive ledger itself: folds over a list, written from the rules in words, not from the code
// that it checks.
#include "services/budget/domain/reference_ledger.h"

#include <algorithm>

namespace fiscus::budget::reference {
namespace {

using Wide = __int128;
constexpr Wide kLargest = (Wide{1} << 63) - 1;

}  // namespace

const Account* Ledger::Find(const std::string& line) const {
  for (const Account& account : accounts) {
    if (account.id == line) return &account;
  }
  return nullptr;
}

Wide Ledger::Sum(const std::string& line, const std::string& bucket,
                 const std::string& contract) const {
  Wide sum = 0;
  for (const Fact& fact : facts) {
    if (fact.line == line && fact.bucket == bucket &&
        (contract == "*" || fact.contract == contract)) {
      sum += fact.amount;
    }
  }
  return sum;
}

Wide Ledger::OfPayment(const std::string& payment, const std::string& bucket) const {
  Wide sum = 0;
  for (const Fact& fact : facts) {
    if (fact.payment == payment && fact.bucket == bucket) sum += fact.amount;
  }
  return sum;
}

bool Ledger::IsOver(const std::string& line, const std::string& contract) const {
  return Sum(line, "over", contract) > 0;
}

Wide Ledger::Authorised(const std::string& line) const {
  return Sum(line, "approved") + Sum(line, "supplemented") + Sum(line, "transferred_in") +
         Sum(line, "allotted_in") - Sum(line, "reduced") - Sum(line, "transferred_out") -
         Sum(line, "allotted_down");
}

Wide Ledger::Used(const std::string& line) const {
  return Sum(line, "paid") - Sum(line, "refunded") + Sum(line, "in_transit") +
         Sum(line, "encumbered");
}

Wide Ledger::Available(const std::string& line) const {
  return Authorised(line) - Sum(line, "frozen") - Used(line);
}

void Ledger::Add(const std::string& line, const std::string& bucket, Wide amount,
                 const std::string& contract, const std::string& payment) {
  facts.push_back({line, bucket, contract, payment, static_cast<int64_t>(amount)});
}

// The checks that every movement on a line passes first.
std::string Ledger::Basics(const std::string& line, const std::string& currency, const Ask& ask,
                           const std::string& states, Wide inflow, Wide held) const {
  const Account* account = Find(line);
  if (account == nullptr) return "LINE_NOT_FOUND";
  if (account->currency != currency) return "CURRENCY_MISMATCH";
  if (ask.minor <= 0) return "AMOUNT_NOT_POSITIVE";
  const Wide in = Sum(line, "approved") + Sum(line, "supplemented") + Sum(line, "transferred_in") +
                  Sum(line, "allotted_in") + inflow;
  const Wide out = Sum(line, "frozen") + Sum(line, "encumbered") + Sum(line, "in_transit") +
                   Sum(line, "paid") + held;
  if (in > kLargest || out > kLargest) return "AMOUNT_OVERFLOW";
  if (account->observed != ask.observed) return "LINE_MODE_MISMATCH";
  if (account->year != ask.year) return "PERIOD_CLOSED";
  if (states.find(account->state) == std::string::npos) return "LINE_NOT_ACTIVE";
  return "";
}

std::string Ledger::DoBudget(const Ask& ask) {
  if (ask.kind == "APPROVE") {
    const Account* old = Find(ask.born.id);
    const bool same = old != nullptr && old->code == ask.born.code && old->parent.empty() &&
                      old->profile == ask.born.profile;
    if (same && Sum(old->id, "approved") == ask.minor) return "";
    if (ask.currency != ask.born.currency) return "CURRENCY_MISMATCH";
    if (ask.minor <= 0) return "AMOUNT_NOT_POSITIVE";
    if (ask.year != ask.born.year) return "PERIOD_CLOSED";
    for (const Account& account : accounts) {
      const bool same_code = account.code == ask.born.code && account.year == ask.born.year;
      if (account.id == ask.born.id || same_code) return "LINE_EXISTS";
    }
    const bool known = std::any_of(limits.begin(), limits.end(), [&](const Limit& limit) {
      return limit.profile == ask.born.profile;
    });
    if (!known) return "PROFILE_NOT_FOUND";
    accounts.push_back(ask.born);
    Add(ask.born.id, "approved", ask.minor);
    Add(ask.born.id, "entries", 1);
    return "";
  }
  const bool raises = ask.kind == "SUPPLEMENT";
  const bool freezes = ask.kind == "FREEZE";
  const std::string basics = Basics(ask.line, ask.currency, ask, "ACTIVE PENDING",
                                    raises ? ask.minor : 0, freezes ? ask.minor : 0);
  if (!basics.empty()) return basics;
  const bool other_version = ask.version != 0 && Sum(ask.line, "entries") != ask.version;
  if (raises) {
    if (other_version) return "VERSION_MISMATCH";
    Add(ask.line, "supplemented", ask.minor);
  } else if (ask.kind == "REDUCE") {
    const Wide limit = ask.observed ? Authorised(ask.line) : Available(ask.line);
    if (ask.minor > limit) return "BELOW_COMMITMENTS";
    if (other_version) return "VERSION_MISMATCH";
    Add(ask.line, "reduced", ask.minor);
  } else if (freezes) {
    if (ask.minor > Available(ask.line)) return "EXCEEDS_AVAILABLE";
    Add(ask.line, "frozen", ask.minor);
  } else {
    if (ask.minor > Sum(ask.line, "frozen")) return "EXCEEDS_FROZEN";
    Add(ask.line, "frozen", -Wide{ask.minor});
  }
  Add(ask.line, "entries", 1);
  return "";
}

std::string Ledger::DoPair(const Ask& ask) {
  const bool allots = ask.kind == "ALLOT";
  std::string basics =
      Basics(ask.line, ask.currency, ask, allots ? "ACTIVE PENDING" : "ACTIVE", 0, 0);
  if (!basics.empty()) return basics;
  if (allots) {
    const Account parent = *Find(ask.line);
    const Account* old = Find(ask.born.id);
    if (old != nullptr && old->code == ask.born.code && old->project == ask.born.project &&
        old->unit == ask.born.unit && old->parent == ask.line &&
        Sum(old->id, "allotted_in") == ask.minor) {
      return "";
    }
    if (!parent.project.empty() && ask.born.project != parent.project) return "PROJECT_MISMATCH";
    if (ask.minor > Available(ask.line)) return "EXCEEDS_AVAILABLE";
    for (const Account& account : accounts) {
      const bool same_code = account.code == ask.born.code && account.year == parent.year;
      if (account.id == ask.born.id || same_code) return "LINE_EXISTS";
    }
    if (parent.state != "PENDING" || ask.born.unit.rfind(parent.unit, 0) != 0) {
      return "LINES_DO_NOT_FIT";
    }
    Account child = parent;
    child.id = ask.born.id;
    child.code = ask.born.code;
    child.unit = ask.born.unit;
    child.parent = ask.line;
    child.project = ask.born.project;
    child.state = child.project.empty() ? "PENDING" : "ACTIVE";
    accounts.push_back(child);
    Add(ask.line, "allotted_down", ask.minor);
    Add(child.id, "allotted_in", ask.minor);
    Add(ask.line, "entries", 1);
    Add(child.id, "entries", 1);
    return "";
  }
  const Account* to = Find(ask.other);
  basics = Basics(ask.other, to == nullptr ? "" : to->currency, ask, "ACTIVE", ask.minor, 0);
  if (!basics.empty()) return basics;
  const Account* from = Find(ask.line);
  if (ask.minor > Available(ask.line)) return "EXCEEDS_AVAILABLE";
  if (from->nature != to->nature || from->direct != to->direct) return "FUND_NATURE_MISMATCH";
  if (from == to || from->currency != to->currency) return "LINES_DO_NOT_FIT";
  Add(ask.line, "transferred_out", ask.minor);
  Add(ask.other, "transferred_in", ask.minor);
  Add(ask.line, "entries", 1);
  Add(ask.other, "entries", 1);
  return "";
}

// A contract is over: what is open goes back to the budget, in the line's year at the latest.
std::string Ledger::DoOver(const Ask& ask) {
  const Account* account = Find(ask.line);
  if (account == nullptr) return "LINE_NOT_FOUND";
  if (IsOver(ask.line, ask.contract)) return "";
  const Wide open = Sum(ask.line, "encumbered", ask.contract);
  if (account->observed) return "LINE_MODE_MISMATCH";
  if (open > 0 && ask.year < account->year) return "PERIOD_CLOSED";
  Add(ask.line, "encumbered", -open, ask.contract);
  Add(ask.line, "over", 1, ask.contract);
  if (open > 0) Add(ask.line, "entries", 1);
  return "";
}

std::string Ledger::DoSpend(const Ask& ask) {
  if (ask.over) return DoOver(ask);
  const bool reserves = ask.kind == "RESERVE";
  const bool by_contract = reserves && !ask.contract.empty();
  const Wide open = Sum(ask.line, "encumbered", ask.contract);
  const Wide old = OfPayment(ask.payment, "reserved");
  const Account* account = Find(ask.line);
  bool same = false;
  for (const Fact& fact : facts) {
    same = same || (reserves && fact.payment == ask.payment && fact.bucket == "reserved" &&
                    fact.line == ask.line && fact.contract == ask.contract &&
                    fact.amount == ask.minor && account->currency == ask.currency);
  }
  if (same && OfPayment(ask.payment, "resolved") == 0) return "";
  Wide held = by_contract || ask.kind == "LIQUIDATE" ? 0 : ask.minor;
  if (ask.kind == "OBSERVED_PAY") held = std::max<Wide>(0, ask.minor - std::max<Wide>(0, open));
  const std::string basics = Basics(ask.line, ask.currency, ask,
                                    ask.kind == "LIQUIDATE" ? "ACTIVE PENDING" : "ACTIVE", 0, held);
  if (!basics.empty()) return basics;
  if (ask.kind == "LIQUIDATE") {
    if (ask.minor > open) return "EXCEEDS_ENCUMBRANCE";
    Add(ask.line, "encumbered", -Wide{ask.minor}, ask.contract);
    Add(ask.line, "entries", 1);
    return "";
  }
  if (ask.kind == "OBSERVED_PAY") {
    Tolerance(ask, "PAY", held);
    Add(ask.line, "entries", (ask.minor > held ? 1 : 0) + (held > 0 ? 1 : 0));
    if (ask.minor > held) Add(ask.line, "encumbered", held - ask.minor, ask.contract);
    Add(ask.line, "paid", ask.minor);
    return "";
  }
  if (!ask.observed) {
    if (ask.project != account->project) return "PROJECT_MISMATCH";
    if (!by_contract && ask.minor > Available(ask.line)) return "EXCEEDS_AVAILABLE";
    if (by_contract && ask.minor > open) return "EXCEEDS_ENCUMBRANCE";
  }
  const std::string blocked = Tolerance(ask, reserves ? "PAY" : "COMMIT", held);
  if (!blocked.empty()) return blocked;
  if (!reserves) {
    if (IsOver(ask.line, ask.contract)) return "CONTRACT_OVER";
    Add(ask.line, "encumbered", ask.minor, ask.contract);
    Add(ask.line, "entries", 1);
    return "";
  }
  if (old > 0) return same ? "RESERVATION_RESOLVED" : "RESERVATION_EXISTS";
  if (by_contract) Add(ask.line, "encumbered", -Wide{ask.minor}, ask.contract);
  Add(ask.line, "in_transit", ask.minor);
  Add(ask.line, "reserved", ask.minor, ask.contract, ask.payment);
  Add(ask.line, "entries", 1);
  return "";
}

std::string Ledger::DoSettle(const Ask& ask) {
  if (ask.kind == "REFUND" && ask.observed) {
    const std::string basics = Basics(ask.line, ask.currency, ask, "ACTIVE PENDING", 0, 0);
    if (!basics.empty()) return basics;
    if (ask.minor > Sum(ask.line, "paid") - Sum(ask.line, "refunded")) return "EXCEEDS_PAID";
    Add(ask.line, "refunded", ask.minor);
    Add(ask.line, "entries", 1);
    return "";
  }
  const auto reserved = std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) {
    return fact.payment == ask.payment && fact.bucket == "reserved";
  });
  if (reserved == facts.end()) return "RESERVATION_NOT_FOUND";
  const Fact origin = *reserved;
  const bool resolved = OfPayment(ask.payment, "resolved") > 0;
  const Wide posted = OfPayment(ask.payment, "posted");
  if (ask.kind == "CONFIRM") {
    if (resolved) return "RESERVATION_RESOLVED";
    Add(origin.line, "confirmed", 1, "", ask.payment);
    return "";
  }
  // Money of a contract goes back to it, unless it is over.
  const bool bound = !origin.contract.empty() && !IsOver(origin.line, origin.contract);
  const auto restore = [&](Wide amount) {
    if (bound && amount > 0) Add(origin.line, "encumbered", amount, origin.contract);
  };
  const std::string currency = Find(origin.line)->currency;
  if (ask.kind == "VOID" || ask.kind == "EXPIRE") {
    const bool dated = ask.kind == "EXPIRE" || ask.year == Find(origin.line)->year;
    if (!dated) return "PERIOD_CLOSED";
    if (resolved) return "RESERVATION_RESOLVED";
    if (ask.kind == "EXPIRE" && OfPayment(ask.payment, "confirmed") > 0)
      return "RESERVATION_RESOLVED";
    Add(origin.line, "in_transit", -Wide{origin.amount});
    restore(origin.amount);
    Add(origin.line, "entries", 1);
    Add(origin.line, "resolved", 1, "", ask.payment);
    return "";
  }
  if (ask.kind == "POST") {
    if (posted > 0 && posted == ask.minor && ask.currency == currency) return "";
    const std::string basics = Basics(origin.line, ask.currency, ask, "ACTIVE PENDING", 0, 0);
    if (!basics.empty()) return basics;
    if (resolved) return "RESERVATION_RESOLVED";
    if (ask.minor > origin.amount) return "EXCEEDS_RESERVATION";
    Add(origin.line, "in_transit", -Wide{origin.amount});
    Add(origin.line, "paid", ask.minor);
    Add(origin.line, "posted", ask.minor, "", ask.payment);
    Add(origin.line, "resolved", 1, "", ask.payment);
    restore(origin.amount - Wide{ask.minor});
    Add(origin.line, "entries", origin.amount > ask.minor ? 2 : 1);
    return "";
  }
  const std::string basics =
      Basics(origin.line, ask.currency, ask, "ACTIVE PENDING", 0, bound ? ask.minor : 0);
  if (!basics.empty()) return basics;
  if (ask.minor > posted - OfPayment(ask.payment, "returned")) return "EXCEEDS_PAID";
  Add(origin.line, "refunded", ask.minor);
  Add(origin.line, "returned", ask.minor, "", ask.payment);
  restore(ask.minor);
  Add(origin.line, "entries", 1);
  return "";
}

// Notes the thresholds that the line's use would pass; "TOLERANCE_BLOCK" if one of them blocks, but
// a fact is not refused.
std::string Ledger::Tolerance(const Ask& ask, const std::string& group, Wide added) {
  constexpr Wide kBeyondAll = (Wide{1} << 31) - 1;
  const Wide used = (Used(ask.line) + added) * 10'000, authorised = Authorised(ask.line);
  Wide share = 0;  // hundredths of a percent, rounded up
  if (used > 0) share = authorised <= 0 ? kBeyondAll : (used + authorised - 1) / authorised;
  share = std::min(share, kBeyondAll);
  bool blocks = false;
  for (const Limit& limit : limits) {
    const bool meant = limit.profile == Find(ask.line)->profile && limit.group == group;
    if (!meant || share <= limit.percent * 100) continue;
    notices_ += limit.group + " " + limit.action + " " + std::to_string(limit.percent) + " at " +
                std::to_string(static_cast<int64_t>(share)) + "; ";
    blocks = blocks || limit.action == "BLOCK";
  }
  return blocks && !ask.observed ? "TOLERANCE_BLOCK" : "";
}

Answer Ledger::Do(const Ask& ask) {
  notices_.clear();
  const Wide before = Available(ask.line);
  Answer answer{.reason = Judge(ask)};
  if (!answer.reason.empty()) return answer;
  answer.notices = notices_;
  const Wide after = Available(ask.line);
  answer.overspends = ask.observed && after < 0 && after < before;
  if (answer.overspends) Add(ask.line, "overspends", 1);
  return answer;
}

std::string Ledger::Judge(const Ask& ask) {
  if (ask.kind == "TRANSFER" || ask.kind == "ALLOT") return DoPair(ask);
  if (ask.kind == "ENCUMBER" || ask.kind == "LIQUIDATE" || ask.kind == "RESERVE" ||
      ask.kind == "OBSERVED_PAY") {
    return DoSpend(ask);
  }
  if (ask.kind == "CONFIRM" || ask.kind == "POST" || ask.kind == "VOID" || ask.kind == "EXPIRE" ||
      ask.kind == "REFUND") {
    return DoSettle(ask);
  }
  return DoBudget(ask);
}

std::vector<Answer> Ledger::DoAll(const std::vector<Ask>& asks) {
  const Ledger before = *this;
  const Answer neighbour{.reason = "GROUP_REFUSED"};
  std::vector<Answer> answers;
  for (const Ask& ask : asks) {
    answers.push_back(Do(ask));
    if (answers.back().reason.empty()) continue;
    std::fill(answers.begin(), answers.end() - 1, neighbour);
    answers.resize(asks.size(), neighbour);
    *this = before;
    break;
  }
  return answers;
}

}  // namespace fiscus::budget::reference
