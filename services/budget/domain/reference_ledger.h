// A naive ledger that shares no code with the real one: a plain list of facts, and every figure a
// fold over all of it.
//
// For property tests only; slow, and meant to be obviously right.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fiscus::budget::reference {

// A line as the reference sees it.
struct Account {
  std::string id, project, currency, nature, state, unit, code;  // state: "ACTIVE", "PENDING"
  std::string parent;
  std::string profile = "default";
  int year = 0;
  bool observed = false;
  bool direct = false;
};

// One movement of money into (+) or out of (−) one bucket.
struct Fact {
  std::string line, bucket, contract, payment;
  int64_t amount = 0;
};

struct Ask {
  std::string kind, line, other, contract, payment, project, currency;
  int64_t minor = 0;
  int year = 0;
  bool observed = false;
  int version = 0;    // SUPPLEMENT, REDUCE: the line must have so many entries; 0: any
  bool over = false;  // LIQUIDATE: the contract is over
  Account born;       // APPROVE, ALLOT
};

// A threshold of a profile: above `percent` of what is authorised, `action` on `group`.
struct Limit {
  std::string profile, group, action;
  int percent = 0;
};

// How an Ask ended: "" or the reason; if "", the thresholds passed ("PAY WARN 85 at 8612; "), and
// whether a fact took money that an observed line did not have.
struct Answer {
  std::string reason, notices;
  bool overspends = false;
};

class Ledger {
 public:
  std::vector<Limit> limits;  // of all profiles, lowest first
  std::vector<Account> accounts;
  std::vector<Fact> facts;

  // The facts are added, or there is a reason and nothing happens.
  Answer Do(const Ask& ask);
  // The same for several that stand or fall together: an answer each.
  std::vector<Answer> DoAll(const std::vector<Ask>& asks);
  // Σ of a bucket of a line; of one contract only if given.
  __int128 Sum(const std::string& line, const std::string& bucket,
               const std::string& contract = "*") const;
  // Σ of a bucket of a payment.
  __int128 OfPayment(const std::string& payment, const std::string& bucket) const;
  // A LIQUIDATE said that the contract is over.
  bool IsOver(const std::string& line, const std::string& contract) const;
  __int128 Authorised(const std::string& line) const;
  __int128 Used(const std::string& line) const;
  __int128 Available(const std::string& line) const;

 private:
  std::string Judge(const Ask& ask);
  std::string Tolerance(const Ask& ask, const std::string& group, __int128 added);
  const Account* Find(const std::string& line) const;
  std::string Basics(const std::string& line, const std::string& currency, const Ask& ask,
                     const std::string& states, __int128 inflow, __int128 held) const;
  std::string DoBudget(const Ask& ask);
  std::string DoPair(const Ask& ask);
  std::string DoSpend(const Ask& ask);
  std::string DoOver(const Ask& ask);
  std::string DoSettle(const Ask& ask);
  void Add(const std::string& line, const std::string& bucket, __int128 amount,
           const std::string& contract = "", const std::string& payment = "");

  std::string notices_;  // of the present Ask
};

}  // namespace fiscus::budget::reference
