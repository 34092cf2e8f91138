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
    const bool same = old != nullptr && old->code == ask.born.code && old->parent.empty();
    if (same && Sum(old->id, "approved") == ask.minor) return "";
    if (ask.currency != ask.born.currency) return "CURRENCY_MISMATCH";
    if (ask.minor <= 0) return "AMOUNT_NOT_POSITIVE";
    if (ask.year != ask.born.year) return "PERIOD_CLOSED";
    for (const Account& account : accounts) {
      const bool same_code = account.code == ask.born.code && account.year == ask.born.year;
      if (account.id == ask.born.id || same_code) return "LINE_EXISTS";
    }
    accounts.push_back(ask.born);
    Add(ask.born.id, "approved", ask.minor);
    return "";
  }
  const bool raises = ask.kind == "SUPPLEMENT";
  const bool freezes = ask.kind == "FREEZE";
  const std::string basics = Basics(ask.line, ask.currency, ask, "ACTIVE PENDING",
                                    raises ? ask.minor : 0, freezes ? ask.minor : 0);
  if (!basics.empty()) return basics;
  if (raises) {
    Add(ask.line, "supplemented", ask.minor);
  } else if (ask.kind == "REDUCE") {
    const Wide limit = ask.observed ? Authorised(ask.line) : Available(ask.line);
    if (ask.minor > limit) return "BELOW_COMMITMENTS";
    Add(ask.line, "reduced", ask.minor);
  } else if (freezes) {
    if (ask.minor > Available(ask.line)) return "EXCEEDS_AVAILABLE";
    Add(ask.line, "frozen", ask.minor);
  } else {
    if (ask.minor > Sum(ask.line, "frozen")) return "EXCEEDS_FROZEN";
    Add(ask.line, "frozen", -Wide{ask.minor});
  }
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
    return "";
  }
  if (ask.kind == "OBSERVED_PAY") {
    if (ask.minor > held) Add(ask.line, "encumbered", held - ask.minor, ask.contract);
    Add(ask.line, "paid", ask.minor);
    return "";
  }
  if (!ask.observed) {
    if (ask.project != account->project) return "PROJECT_MISMATCH";
    if (!by_contract && ask.minor > Available(ask.line)) return "EXCEEDS_AVAILABLE";
    if (by_contract && ask.minor > open) return "EXCEEDS_ENCUMBRANCE";
    // The default profile blocks above 100 %, for contracts as for payments.
    if ((Used(ask.line) + held) > Authorised(ask.line)) return "TOLERANCE_BLOCK";
  }
  if (!reserves) {
    if (IsOver(ask.line, ask.contract)) return "CONTRACT_OVER";
    Add(ask.line, "encumbered", ask.minor, ask.contract);
    return "";
  }
  if (old > 0) return same ? "RESERVATION_RESOLVED" : "RESERVATION_EXISTS";
  if (by_contract) Add(ask.line, "encumbered", -Wide{ask.minor}, ask.contract);
  Add(ask.line, "in_transit", ask.minor);
  Add(ask.line, "reserved", ask.minor, ask.contract, ask.payment);
  return "";
}

std::string Ledger::DoSettle(const Ask& ask) {
  if (ask.kind == "REFUND" && ask.observed) {
    const std::string basics = Basics(ask.line, ask.currency, ask, "ACTIVE PENDING", 0, 0);
    if (!basics.empty()) return basics;
    if (ask.minor > Sum(ask.line, "paid") - Sum(ask.line, "refunded")) return "EXCEEDS_PAID";
    Add(ask.line, "refunded", ask.minor);
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
    return "";
  }
  const std::string basics =
      Basics(origin.line, ask.currency, ask, "ACTIVE PENDING", 0, bound ? ask.minor : 0);
  if (!basics.empty()) return basics;
  if (ask.minor > posted - OfPayment(ask.payment, "returned")) return "EXCEEDS_PAID";
  Add(origin.line, "refunded", ask.minor);
  Add(origin.line, "returned", ask.minor, "", ask.payment);
  restore(ask.minor);
  return "";
}

std::string Ledger::Do(const Ask& ask) {
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

std::vector<std::string> Ledger::DoAll(const std::vector<Ask>& asks) {
  const Ledger before = *this;
  std::vector<std::string> reasons;
  for (const Ask& ask : asks) {
    reasons.push_back(Do(ask));
    if (reasons.back().empty()) continue;
    std::fill(reasons.begin(), reasons.end() - 1, "GROUP_REFUSED");
    reasons.resize(asks.size(), "GROUP_REFUSED");
    *this = before;
    break;
  }
  return reasons;
}

}  // namespace fiscus::budget::reference
