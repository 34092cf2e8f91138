// Payments in PostgreSQL: what is loaded and saved, inside the caller's transaction. Free
// functions: all state is in `tx`.
//
// Order of locks, the same everywhere: payments that exist (by id) → contracts (by id) → vouchers
// (by payee, number) → new payments; so a submission and a change never wait for each other in a
// circle. Errors are those of libs/pg; a lost race is ABORTED and retried by the caller's
// transaction. Every function takes any number of items in a constant number of statements.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/payments/domain/bank_event.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments::store {

// A payment with the id of the request that submitted it.
struct Stored {
  Payment payment;
  std::string request_id;
};

// A new payment.
struct Fresh {
  Decision decision;
  std::string request_id;
};

// A changed payment: as it was locked, and what was decided.
struct Change {
  Payment before;
  Decision decision;
};

// Live sums of one contract, minor units.
struct ContractUsage {
  int64_t live_minor = 0;
  int64_t advance_minor = 0;
};

// Payee and voucher number.
using VoucherKey = std::pair<std::string, std::string>;

// Payments by id, ordered by id; those that do not exist are left out.
absl::StatusOr<std::vector<Payment>> Load(pg::Tx& tx, const std::vector<std::string>& payment_ids);
// As Load, each row locked until commit.
absl::StatusOr<std::vector<Payment>> Lock(pg::Tx& tx, const std::vector<std::string>& payment_ids);
// One payment, locked. PAYMENT_NOT_FOUND.
absl::StatusOr<Payment> LockOne(pg::Tx& tx, const std::string& payment_id);
absl::StatusOr<Payment> LoadOne(pg::Tx& tx, const std::string& payment_id);
absl::Status PaymentNotFound(const std::string& payment_id);

// Unit paths of payments, each once. PAYMENT_NOT_FOUND if one of them does not exist.
absl::StatusOr<std::vector<std::string>> UnitsOf(pg::Tx& tx,
                                                 const std::vector<std::string>& payment_ids);

// Payments that one of the ids or request ids belongs to.
absl::StatusOr<std::vector<Stored>> FindSubmissions(pg::Tx& tx,
                                                    const std::vector<std::string>& payment_ids,
                                                    const std::vector<std::string>& request_ids);

// Locks the contracts until commit and tells their sums.
absl::StatusOr<std::map<std::string, ContractUsage>> LockContracts(
    pg::Tx& tx, const std::set<std::string>& contract_ids);

// Vouchers locked for this transaction: free ones (claimed for `claimant` for the time being), and
// those in use with their payment.
struct VoucherClaims {
  std::set<VoucherKey> free;
  std::map<VoucherKey, std::string> used;
};
absl::StatusOr<VoucherClaims> ClaimVouchers(pg::Tx& tx, const std::set<VoucherKey>& keys,
                                            const std::string& claimant);
// Settles what ClaimVouchers found free: `kept` goes to its payment, the rest is free again.
absl::Status AssignVouchers(pg::Tx& tx, const std::set<VoucherKey>& claimed,
                            const std::map<VoucherKey, std::string>& kept);

// Inserts payments with their steps and adds them to their contracts' sums; LockContracts must have
// locked those.
absl::Status Insert(pg::Tx& tx, const std::vector<Fresh>& fresh);
// Saves changes of locked payments with their steps, their contracts' sums, and frees the vouchers
// of those that died or were refunded in full.
absl::Status Update(pg::Tx& tx, const std::vector<Change>& changes);

// A recorded step.
struct Step {
  State state = State::kUnspecified;
  absl::Time at;
  Actor actor;
  std::string note;
};
absl::StatusOr<std::vector<Step>> LoadSteps(pg::Tx& tx, const std::string& payment_id);

// A page of payments, ordered by id.
struct Page {
  std::string after_id;               // empty: from the beginning
  std::vector<std::string> scopes;    // unit paths; their subtrees are seen
  std::string project_id;             // empty: all
  State state = State::kUnspecified;  // all
  int limit = 0;
};
absl::StatusOr<std::vector<Payment>> List(pg::Tx& tx, const Page& page);

// Payments of all tenants whose timer `overdue_kind` is due at `now`, or whose timer `failing_kind`
// failed at least `failures_min` times.
absl::StatusOr<int64_t> CountDoubtful(pg::Tx& tx, std::string_view overdue_kind, absl::Time now,
                                      std::string_view failing_kind, int failures_min);

// Sums of one unit and currency, minor units.
struct UnitSum {
  std::string unit_path;
  std::string currency;
  int64_t in_transit_minor = 0;
  int64_t paid_minor = 0;
  int64_t refunded_minor = 0;
  int64_t payments = 0;
};
// OUT_OF_RANGE.
absl::Status SumTooLarge();
// `fiscal_year` 0: all. SumTooLarge where a sum leaves 64 bits.
absl::StatusOr<std::vector<UnitSum>> SumByUnit(pg::Tx& tx, const std::vector<std::string>& scopes,
                                               int64_t fiscal_year);

}  // namespace fiscus::payments::store
