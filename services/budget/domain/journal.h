// How an entry moves balances, and the check that the balances are what the journal says (L1, L2,
// L6).
//
// ApplyEntry is the only way in which balances change. Thread-safe (values only).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "services/budget/domain/line.h"

namespace fiscus::budget {

// Adds one entry to the balances.
void ApplyEntry(const Entry& entry, Balances& balances);

// True if the operation may debit and credit these accounts (the table in budget.proto's
// Operation).
bool IsLegal(Operation operation, Account debit, Account credit);

// A difference between the journal and what is stored.
struct Difference {
  std::string line_id;
  std::string invariant;  // "L1", "L2", "L3", "L6"
  std::string detail;
};

// Sums of the records that stand beside a line's journal.
struct LineRecords {
  int64_t encumbrances_open = 0;     // Σ open over the line's contracts
  int64_t reservations_pending = 0;  // Σ amount of pending reservations
  int64_t reservations_posted = 0;   // Σ posted
  int64_t reservations_refunded = 0;
};

// Recomputes one line from its journal, entry by entry, by two ways that check each other: by
// operation (buckets) and by account (debits and credits). Feed the entries in order of version,
// then ask for the differences.
class LineFold {
 public:
  explicit LineFold(LineHead head) : head_(std::move(head)) {}

  void Add(const Entry& entry);

  // What differs from the stored standing: L1 an illegal pair of accounts or an amount ≤ 0; L2
  // available below zero at some version of a controlled line; L3 reservations that do not add up
  // to in_transit, paid and refunded (controlled lines); L6 versions with gaps, buckets or account
  // balances that differ from the stored ones, encumbrances that do not add up.
  std::vector<Difference> Differences(const LineStanding& stored, const LineRecords& records) const;

  const LineHead& head() const { return head_; }
  int64_t entries() const { return entries_; }

 private:
  void Note(std::string_view invariant, std::string detail);

  LineHead head_;
  Balances balances_;
  std::array<__int128, kAccountCount> accounts_{};  // debit − credit
  int64_t entries_ = 0;
  std::vector<Difference> found_;
};

}  // namespace fiscus::budget
