#include "services/budget/domain/journal.h"

#include <utility>

namespace fiscus::budget {
namespace {

bool HoldsBudget(Account account) {
  return account == Account::kExecutable || account == Account::kPendingAllotment;
}

// Where money that is paid or given back may come from or go to.
bool IsOrigin(Account account) {
  return account == Account::kExecutable || account == Account::kEncumbered;
}

std::string Text(__int128 value) {
  const bool negative = value < 0;
  unsigned __int128 rest = negative ? -static_cast<unsigned __int128>(value) : value;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest > 0);
  return negative ? "-" + digits : digits;
}

struct NamedBucket {
  const char* name;
  int64_t Balances::* bucket;
};
constexpr NamedBucket kBuckets[] = {
    {"approved", &Balances::approved},
    {"supplemented", &Balances::supplemented},
    {"reduced", &Balances::reduced},
    {"transferred_in", &Balances::transferred_in},
    {"transferred_out", &Balances::transferred_out},
    {"allotted_in", &Balances::allotted_in},
    {"allotted_down", &Balances::allotted_down},
    {"frozen", &Balances::frozen},
    {"encumbered", &Balances::encumbered},
    {"in_transit", &Balances::in_transit},
    {"paid", &Balances::paid},
    {"refunded", &Balances::refunded},
};

}  // namespace

void ApplyEntry(const Entry& entry, Balances& b) {
  const int64_t amount = entry.amount;
  switch (entry.operation) {
    case Operation::kApprove:
      b.approved += amount;
      return;
    case Operation::kSupplement:
      b.supplemented += amount;
      return;
    case Operation::kReduce:
      b.reduced += amount;
      return;
    case Operation::kTransferOut:
      b.transferred_out += amount;
      return;
    case Operation::kTransferIn:
      b.transferred_in += amount;
      return;
    case Operation::kAllotDown:
      b.allotted_down += amount;
      return;
    case Operation::kAllotIn:
      b.allotted_in += amount;
      return;
    case Operation::kFreeze:
      b.frozen += amount;
      return;
    case Operation::kUnfreeze:
      b.frozen -= amount;
      return;
    case Operation::kEncumber:
      b.encumbered += amount;
      return;
    case Operation::kLiquidate:
      b.encumbered -= amount;
      return;
    case Operation::kReserve:
      b.in_transit += amount;
      if (entry.credit == Account::kEncumbered) b.encumbered -= amount;
      return;
    case Operation::kPost:
      b.in_transit -= amount;
      b.paid += amount;
      return;
    case Operation::kVoid:
    case Operation::kExpire:
      b.in_transit -= amount;
      if (entry.debit == Account::kEncumbered) b.encumbered += amount;
      return;
    case Operation::kRefund:
      b.refunded += amount;
      if (entry.debit == Account::kEncumbered) b.encumbered += amount;
      return;
    case Operation::kObservedPay:
      b.paid += amount;
      if (entry.credit == Account::kEncumbered) b.encumbered -= amount;
      return;
  }
}

bool IsLegal(Operation operation, Account debit, Account credit) {
  switch (operation) {
    case Operation::kApprove:
    case Operation::kSupplement:
      return HoldsBudget(debit) && credit == Account::kBudgetSource;
    case Operation::kReduce:
      return debit == Account::kBudgetSource && HoldsBudget(credit);
    case Operation::kTransferOut:
      return debit == Account::kTransferClearing && credit == Account::kExecutable;
    case Operation::kTransferIn:
      return debit == Account::kExecutable && credit == Account::kTransferClearing;
    case Operation::kAllotDown:
      return debit == Account::kAllotmentClearing && credit == Account::kPendingAllotment;
    case Operation::kAllotIn:
      return HoldsBudget(debit) && credit == Account::kAllotmentClearing;
    case Operation::kFreeze:
      return debit == Account::kFrozen && HoldsBudget(credit);
    case Operation::kUnfreeze:
      return HoldsBudget(debit) && credit == Account::kFrozen;
    case Operation::kEncumber:
      return debit == Account::kEncumbered && credit == Account::kExecutable;
    case Operation::kLiquidate:
      return debit == Account::kExecutable && credit == Account::kEncumbered;
    case Operation::kReserve:
      return debit == Account::kInTransit && IsOrigin(credit);
    case Operation::kPost:
      return debit == Account::kPaid && credit == Account::kInTransit;
    case Operation::kVoid:
    case Operation::kExpire:
      return IsOrigin(debit) && credit == Account::kInTransit;
    case Operation::kRefund:
      return IsOrigin(debit) && credit == Account::kRefunded;
    case Operation::kObservedPay:
      return debit == Account::kPaid && IsOrigin(credit);
  }
  return false;
}

void LineFold::Note(std::string_view invariant, std::string detail) {
  // A line that is wrong throughout is reported by its first differences; thousands more would say
  // nothing new.
  constexpr size_t kDifferencesMax = 20;
  if (found_.size() < kDifferencesMax) {
    found_.push_back({head_.id, std::string(invariant), std::move(detail)});
  }
}

void LineFold::Add(const Entry& entry) {
  ++entries_;
  const std::string at = "version " + std::to_string(entry.line_version) + ": ";
  if (entry.line_version != entries_) {
    Note("L6", at + "expected version " + std::to_string(entries_));
  }
  if (entry.amount <= 0 || !IsLegal(entry.operation, entry.debit, entry.credit)) {
    Note("L1", at + std::string(OperationName(entry.operation)) + " " +
                   std::string(AccountName(entry.debit)) + " / " +
                   std::string(AccountName(entry.credit)) + " of " + std::to_string(entry.amount));
    return;
  }
  ApplyEntry(entry, balances_);
  accounts_[static_cast<size_t>(entry.debit)] += entry.amount;
  accounts_[static_cast<size_t>(entry.credit)] -= entry.amount;
  if (head_.mode == LineMode::kControlled && Available(balances_) < 0) {
    Note("L2", at + "available is " + std::to_string(Available(balances_)));
  }
}

std::vector<Difference> LineFold::Differences(const LineStanding& stored,
                                              const LineRecords& records) const {
  LineFold report(head_);
  report.found_ = found_;
  const auto compare = [&](std::string_view invariant, const std::string& what, __int128 journal,
                           __int128 other) {
    if (journal == other) return;
    report.Note(invariant, what + ": journal " + Text(journal) + ", stored " + Text(other));
  };
  const auto account = [&](Account a) { return accounts_[static_cast<size_t>(a)]; };
  compare("L6", "version", entries_, stored.version);
  for (const NamedBucket& named : kBuckets) {
    compare("L6", named.name, balances_.*named.bucket, stored.balances.*named.bucket);
  }
  const Balances& b = stored.balances;
  compare("L6", "account budget",
          account(Account::kExecutable) + account(Account::kPendingAllotment), Available(b));
  compare("L6", "account FROZEN", account(Account::kFrozen), b.frozen);
  compare("L6", "account ENCUMBERED", account(Account::kEncumbered), b.encumbered);
  compare("L6", "account IN_TRANSIT", account(Account::kInTransit), b.in_transit);
  compare("L6", "account PAID", account(Account::kPaid), b.paid);
  compare("L6", "account REFUNDED", -account(Account::kRefunded), b.refunded);
  compare("L6", "open encumbrances", balances_.encumbered, records.encumbrances_open);
  if (head_.mode == LineMode::kControlled) {
    compare("L3", "pending reservations", balances_.in_transit, records.reservations_pending);
    compare("L3", "posted reservations", balances_.paid, records.reservations_posted);
    compare("L3", "refunded reservations", balances_.refunded, records.reservations_refunded);
  }
  return std::move(report.found_);
}

}  // namespace fiscus::budget
