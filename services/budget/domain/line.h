// A budget line (预算指标): what it is, where its money stands, and the double entries that moved
// it.
//
// Values only; used by the ledger engine, the read RPCs and the verifier. Amounts are minor units
// (fen) of the line's currency; every bucket is ≥ 0 and only `available` may be negative, and that
// only on observed lines. Thread-safe. Source: ../README.md; buckets and formulas as in
// proto/fiscus/budget/v1/budget.proto.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace fiscus::budget {

// The numbers of these enums are those of the protos; codec/codec_test.cc compares them.
enum class LineMode { kControlled = 1, kObserved = 2 };
enum class LineState { kPendingAllotment = 1, kActive = 2, kFrozen = 3, kClosed = 4 };
enum class Operation {
  kApprove = 1,
  kSupplement = 2,
  kReduce = 3,
  kTransferOut = 4,
  kTransferIn = 5,
  kAllotDown = 6,
  kAllotIn = 7,
  kFreeze = 8,
  kUnfreeze = 9,
  kEncumber = 10,
  kLiquidate = 11,
  kReserve = 12,
  kPost = 13,
  kVoid = 14,
  kExpire = 15,
  kRefund = 16,
  kObservedPay = 17,
};

// Accounts of a line. Debit raises the accounts that hold the line's money, credit lowers them.
enum class Account {
  kBudgetSource = 1,       // 支出预算来源: where approved money comes from
  kPendingAllotment = 2,   // 待下达指标
  kExecutable = 3,         // 可执行指标
  kTransferClearing = 4,   // between the two lines of a transfer
  kAllotmentClearing = 5,  // between parent and child of an allotment
  kFrozen = 6,             // 冻结
  kEncumbered = 7,         // 合同占用
  kInTransit = 8,          // 在途支付
  kPaid = 9,               // 已支付, gross
  kRefunded = 10,          // 已退回: its credit balance is what came back
};
inline constexpr int kAccountCount = 11;  // indexes 1..10

// Stable names, e.g. "EXECUTABLE", "OBSERVED_PAY".
std::string_view AccountName(Account account);
std::string_view OperationName(Operation operation);

// Buckets in minor units, all ≥ 0.
struct Balances {
  int64_t approved = 0;
  int64_t supplemented = 0;
  int64_t reduced = 0;
  int64_t transferred_in = 0;
  int64_t transferred_out = 0;
  int64_t allotted_in = 0;
  int64_t allotted_down = 0;
  int64_t frozen = 0;
  int64_t encumbered = 0;
  int64_t in_transit = 0;
  int64_t paid = 0;
  int64_t refunded = 0;

  friend bool operator==(const Balances&, const Balances&) = default;
};

// approved + supplemented + transferred_in + allotted_in − reduced − transferred_out −
// allotted_down. The ledger keeps the sum of the inflows within int64, so this cannot overflow.
int64_t Authorised(const Balances& balances);
// paid − refunded.
int64_t NetPaid(const Balances& balances);
// What counts as used: net paid + in transit + encumbered (what is frozen is withheld, not used).
int64_t Used(const Balances& balances);
// authorised − frozen − used.
int64_t Available(const Balances& balances);

// used ÷ authorised in basis points, rounded up, so that `UsageBp(…) > limit_bp` exactly when the
// true ratio is above the limit; 0 when nothing is used, kUsageUnlimitedBp when something is used
// of nothing or the ratio is larger than that.
inline constexpr int64_t kUsageUnlimitedBp = 2'147'483'647;
int64_t UsageBp(int64_t used, int64_t authorised);

// Budget classification; inherited by allotment, never changed (L9).
struct Classification {
  std::string function_class;
  std::string economic_class;
  std::string fund_nature;
  bool direct_fund = false;

  friend bool operator==(const Classification&, const Classification&) = default;
};

// What never changes on a line.
struct LineHead {
  std::string id;  // UUID
  std::string code;
  std::string document_no;
  std::string unit_path;
  std::string project_id;  // empty only while pending allotment
  int32_t fiscal_year = 0;
  std::string currency;
  LineMode mode = LineMode::kControlled;
  Classification classification;
  std::string tolerance_profile;  // never empty: "default" at least
  std::string parent_line_id;     // empty unless it came by allotment

  friend bool operator==(const LineHead&, const LineHead&) = default;
};

// What changes.
struct LineStanding {
  LineState state = LineState::kActive;
  // Observed lines: true from the first entry on that left less than nothing available.
  bool overspent = false;
  // Number of the last journal entry.
  int64_t version = 0;
  Balances balances;

  friend bool operator==(const LineStanding&, const LineStanding&) = default;
};

// A line as the ledger works on it; cheap to copy.
struct Line {
  std::shared_ptr<const LineHead> head;
  LineStanding standing;
};

// One immutable double entry.
struct Entry {
  std::string id;  // EntryId(line_id, line_version)
  std::string line_id;
  int64_t line_version = 0;
  Operation operation = Operation::kApprove;
  int64_t amount = 0;
  Account debit = Account::kExecutable;
  Account credit = Account::kBudgetSource;
  absl::CivilDay effective_date;
  std::string reservation_id;
  std::string contract_id;
  std::string document_no;
  std::string counter_entry_id;
  // Observed lines: the entry took money that the line did not have.
  bool overspends = false;

  friend bool operator==(const Entry&, const Entry&) = default;
};

// The id of an entry follows from its place in the journal, so a repeated attempt writes the same
// one.
std::string EntryId(std::string_view line_id, int64_t line_version);

// Money of a line that a contract may still take.
struct Encumbrance {
  int64_t open = 0;
  // The contract was closed or terminated: nothing is open any more, and what comes back goes to
  // the executable budget.
  bool over = false;

  friend bool operator==(const Encumbrance&, const Encumbrance&) = default;
};

// State of a reservation; it leaves PENDING exactly once (L3).
enum class ReservationState { kPending = 1, kPosted = 2, kVoided = 3, kExpired = 4 };

// Money set aside for one payment.
struct Reservation {
  std::string id;  // the payment's
  std::string line_id;
  std::string contract_id;  // empty: taken from the executable budget
  int64_t amount = 0;
  int64_t posted = 0;    // ≤ amount
  int64_t refunded = 0;  // ≤ posted
  ReservationState state = ReservationState::kPending;
  absl::CivilDay effective_date;
  // When it expires by itself; absl::InfiniteFuture(): never.
  absl::Time expires_at = absl::InfiniteFuture();

  friend bool operator==(const Reservation&, const Reservation&) = default;
};

}  // namespace fiscus::budget
