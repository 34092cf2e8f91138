#include "services/payments/store/payment_store.h"

#include <charconv>

#include "libs/core/dates.h"
#include "services/payments/store/payment_rows.h"
#include "services/payments/store/queries.h"

namespace fiscus::payments::store {
namespace {

absl::StatusOr<std::vector<Payment>> LoadWith(pg::Tx& tx, const pg::Query& query,
                                              const std::vector<std::string>& ids) {
  std::vector<Payment> payments;
  if (ids.empty()) return payments;
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(query, pg::Args().TextArray(ids)));
  payments.reserve(rows.size());
  for (const pg::Row row : rows) payments.push_back(PaymentFrom(row));
  return payments;
}

// A sum that PostgreSQL sends as text.
absl::StatusOr<int64_t> ReadSum(const pg::Row& row, const char* column) {
  const std::string text = row.Text(column);
  int64_t sum = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), sum).ec == std::errc()) return sum;
  return SumTooLarge();
}

// Parameters of the queries on voucher keys: payees, vouchers.
struct KeyArrays {
  explicit KeyArrays(const std::set<VoucherKey>& keys) {
    for (const VoucherKey& key : keys) {
      payees.push_back(key.first);
      vouchers.push_back(key.second);
    }
  }
  std::vector<std::string> payees;
  std::vector<std::string> vouchers;
};

absl::Status InsertSteps(pg::Tx& tx, const std::vector<const Decision*>& decisions) {
  std::vector<std::string> ids, times, actors, actors_for, notes;
  std::vector<int64_t> numbers, states;
  for (const Decision* decision : decisions) {
    for (const Transition& transition : decision->transitions) {
      ids.push_back(transition.payment.request.payment_id);
      numbers.push_back(transition.payment.steps);
      states.push_back(static_cast<int64_t>(transition.payment.state));
      times.push_back(FormatTimestamp(transition.at));
      actors.push_back(transition.actor.subject);
      actors_for.push_back(transition.actor.on_behalf_of);
      notes.push_back(transition.note);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.RunExactly(static_cast<int64_t>(ids.size()), sql::kInsertSteps,
                       pg::Args()
                           .TextArray(ids)
                           .IntArray(numbers)
                           .IntArray(states)
                           .TextArray(times)
                           .TextArray(actors)
                           .TextArray(actors_for)
                           .TextArray(notes));
}

// What a payment adds to its contract's sums, now minus before.
void AddUsage(std::map<std::string, ContractUsage>& usage, const Payment& payment,
              int64_t change_minor) {
  if (payment.request.contract_id.empty() || change_minor == 0) return;
  ContractUsage& sums = usage[payment.request.contract_id];
  sums.live_minor += change_minor;
  if (payment.request.kind == Kind::kAdvance) sums.advance_minor += change_minor;
}

absl::Status SaveUsage(pg::Tx& tx, const std::map<std::string, ContractUsage>& usage) {
  if (usage.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  std::vector<int64_t> live, advance;
  for (const auto& [contract_id, sums] : usage) {
    ids.push_back(contract_id);
    live.push_back(sums.live_minor);
    advance.push_back(sums.advance_minor);
  }
  // Locked first and in order: an UPDATE of many rows takes its locks in any order.
  if (ids.size() > 1) {
    const auto locked = tx.Run(sql::kLockContracts, pg::Args().TextArray(ids));
    RETURN_IF_ERROR(locked.status());
  }
  return tx.RunExactly(static_cast<int64_t>(ids.size()), sql::kAddContractUsage,
                       pg::Args().TextArray(ids).IntArray(live).IntArray(advance));
}

}  // namespace

absl::Status SumTooLarge() {
  return absl::OutOfRangeError("a sum leaves the range of 64 bits; ask for fewer units");
}

absl::StatusOr<std::vector<Payment>> Load(pg::Tx& tx, const std::vector<std::string>& payment_ids) {
  return LoadWith(tx, sql::kLoadPayments, payment_ids);
}

absl::StatusOr<std::vector<Payment>> Lock(pg::Tx& tx, const std::vector<std::string>& payment_ids) {
  return LoadWith(tx, sql::kLockPayments, payment_ids);
}

absl::Status PaymentNotFound(const std::string& payment_id) {
  return Refuse(absl::StatusCode::kNotFound, "PAYMENT_NOT_FOUND", "no such payment",
                {{"payment_id", payment_id}}, kDomain);
}

absl::StatusOr<Payment> LockOne(pg::Tx& tx, const std::string& payment_id) {
  ASSIGN_OR_RETURN(std::vector<Payment> found, Lock(tx, {payment_id}));
  if (found.empty()) return PaymentNotFound(payment_id);
  return std::move(found.front());
}

absl::StatusOr<Payment> LoadOne(pg::Tx& tx, const std::string& payment_id) {
  ASSIGN_OR_RETURN(std::vector<Payment> found, Load(tx, {payment_id}));
  if (found.empty()) return PaymentNotFound(payment_id);
  return std::move(found.front());
}

absl::StatusOr<std::vector<std::string>> UnitsOf(pg::Tx& tx,
                                                 const std::vector<std::string>& payment_ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadUnits, pg::Args().TextArray(payment_ids)));
  std::set<std::string> found, units;
  for (const pg::Row row : rows) {
    found.insert(row.Text("payment_id"));
    units.insert(row.Text("unit_path"));
  }
  for (const std::string& payment_id : payment_ids) {
    if (!found.contains(payment_id)) return PaymentNotFound(payment_id);
  }
  return std::vector<std::string>(units.begin(), units.end());
}

absl::StatusOr<std::vector<Stored>> FindSubmissions(pg::Tx& tx,
                                                    const std::vector<std::string>& payment_ids,
                                                    const std::vector<std::string>& request_ids) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kFindSubmissions, pg::Args().TextArray(payment_ids).TextArray(request_ids)));
  std::vector<Stored> found;
  found.reserve(rows.size());
  for (const pg::Row row : rows) found.push_back({PaymentFrom(row), row.Text("request_id")});
  return found;
}

absl::StatusOr<std::map<std::string, ContractUsage>> LockContracts(
    pg::Tx& tx, const std::set<std::string>& contract_ids) {
  std::map<std::string, ContractUsage> usage;
  if (contract_ids.empty()) return usage;
  const std::vector<std::string> ids(contract_ids.begin(), contract_ids.end());
  RETURN_IF_ERROR(tx.Run(sql::kOpenContracts, pg::Args().TextArray(ids)).status());
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLockContracts, pg::Args().TextArray(ids)));
  for (const pg::Row row : rows) {
    usage[row.Text("contract_id")] = {row.Int("live_minor"), row.Int("advance_minor")};
  }
  return usage;
}

absl::StatusOr<VoucherClaims> ClaimVouchers(pg::Tx& tx, const std::set<VoucherKey>& keys,
                                            const std::string& claimant) {
  VoucherClaims claims;
  if (keys.empty()) return claims;
  const KeyArrays arrays(keys);
  const std::vector<std::string> claimants(keys.size(), claimant);
  ASSIGN_OR_RETURN(
      const pg::Rows free,
      tx.Run(sql::kClaimVouchers,
             pg::Args().TextArray(arrays.payees).TextArray(arrays.vouchers).TextArray(claimants)));
  for (const pg::Row row : free) claims.free.emplace(row.Text("payee_name"), row.Text("voucher"));
  if (claims.free.size() == keys.size()) return claims;
  ASSIGN_OR_RETURN(
      const pg::Rows used,
      tx.Run(sql::kFindVouchers, pg::Args().TextArray(arrays.payees).TextArray(arrays.vouchers)));
  for (const pg::Row row : used) {
    VoucherKey key(row.Text("payee_name"), row.Text("voucher"));
    if (!claims.free.contains(key)) claims.used[std::move(key)] = row.Text("payment_id");
  }
  // Freed between the two statements: whoever asked may try again.
  if (claims.free.size() + claims.used.size() != keys.size()) {
    return absl::AbortedError("a voucher was freed meanwhile");
  }
  return claims;
}

absl::Status AssignVouchers(pg::Tx& tx, const std::set<VoucherKey>& claimed,
                            const std::map<VoucherKey, std::string>& kept) {
  std::set<VoucherKey> kept_keys, freed;
  std::vector<std::string> owners;
  for (const VoucherKey& key : claimed) {
    const auto owner = kept.find(key);
    if (owner == kept.end()) {
      freed.insert(key);
    } else {
      kept_keys.insert(key);
      owners.push_back(owner->second);
    }
  }
  if (!kept_keys.empty()) {
    const KeyArrays arrays(kept_keys);
    RETURN_IF_ERROR(tx.RunExactly(
        static_cast<int64_t>(owners.size()), sql::kAssignVouchers,
        pg::Args().TextArray(arrays.payees).TextArray(arrays.vouchers).TextArray(owners)));
  }
  if (freed.empty()) return absl::OkStatus();
  const KeyArrays arrays(freed);
  return tx.RunExactly(static_cast<int64_t>(freed.size()), sql::kDropVouchers,
                       pg::Args().TextArray(arrays.payees).TextArray(arrays.vouchers));
}

absl::Status Insert(pg::Tx& tx, const std::vector<Fresh>& fresh) {
  if (fresh.empty()) return absl::OkStatus();
  std::vector<const Payment*> payments;
  std::vector<const Decision*> decisions;
  std::vector<std::string> request_ids;
  std::map<std::string, ContractUsage> usage;
  for (const Fresh& item : fresh) {
    payments.push_back(&item.decision.payment);
    decisions.push_back(&item.decision);
    request_ids.push_back(item.request_id);
    AddUsage(usage, item.decision.payment, LiveMinor(item.decision.payment));
  }
  const absl::Status inserted = tx.RunExactly(
      static_cast<int64_t>(fresh.size()), sql::kInsertPayments, InsertArgs(payments, request_ids));
  // The same payment was submitted beside us and was first: run again and find it.
  if (inserted.code() == absl::StatusCode::kAlreadyExists) {
    return absl::AbortedError("the payment was inserted meanwhile");
  }
  RETURN_IF_ERROR(inserted);
  RETURN_IF_ERROR(InsertSteps(tx, decisions));
  return SaveUsage(tx, usage);
}

absl::Status Update(pg::Tx& tx, const std::vector<Change>& changes) {
  if (changes.empty()) return absl::OkStatus();
  std::vector<const Payment*> payments;
  std::vector<const Decision*> decisions;
  std::vector<std::string> ended;
  std::map<std::string, ContractUsage> usage;
  for (const Change& change : changes) {
    const Payment& after = change.decision.payment;
    payments.push_back(&after);
    decisions.push_back(&change.decision);
    AddUsage(usage, after, LiveMinor(after) - LiveMinor(change.before));
    if (FreesVouchers(after.state) && !FreesVouchers(change.before.state))
      ended.push_back(after.request.payment_id);
  }
  RETURN_IF_ERROR(tx.RunExactly(static_cast<int64_t>(changes.size()), sql::kUpdatePayments,
                                UpdateArgs(payments)));
  RETURN_IF_ERROR(InsertSteps(tx, decisions));
  RETURN_IF_ERROR(SaveUsage(tx, usage));
  if (ended.empty()) return absl::OkStatus();
  return tx.Run(sql::kReleaseVouchers, pg::Args().TextArray(ended)).status();
}

absl::StatusOr<std::vector<Step>> LoadSteps(pg::Tx& tx, const std::string& payment_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadSteps, pg::Args().Text(payment_id)));
  std::vector<Step> steps;
  for (const pg::Row row : rows) {
    steps.push_back({.state = static_cast<State>(row.Int("state")),
                     .at = row.Time("at"),
                     .actor = {row.Text("actor"), row.Text("actor_for")},
                     .note = row.Text("note")});
  }
  return steps;
}

absl::StatusOr<std::vector<Payment>> List(pg::Tx& tx, const Page& page) {
  pg::Args args;
  args.TextOrNull(page.after_id).TextArray(page.scopes).TextOrNull(page.project_id);
  if (page.state == State::kUnspecified) {
    args.Null();
  } else {
    args.Int(static_cast<int64_t>(page.state));
  }
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kListPayments, args.Int(page.limit)));
  std::vector<Payment> payments;
  payments.reserve(rows.size());
  for (const pg::Row row : rows) payments.push_back(PaymentFrom(row));
  return payments;
}

absl::StatusOr<int64_t> CountDoubtful(pg::Tx& tx, std::string_view overdue_kind, absl::Time now,
                                      std::string_view failing_kind, int failures_min) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kCountDoubtful,
             pg::Args().Text(overdue_kind).Time(now).Text(failing_kind).Int(failures_min)));
  return rows[0].Int("payments");
}

absl::StatusOr<std::vector<UnitSum>> SumByUnit(pg::Tx& tx, const std::vector<std::string>& scopes,
                                               int64_t fiscal_year) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kSumByUnit, pg::Args().TextArray(scopes).Int(fiscal_year)));
  std::vector<UnitSum> sums;
  for (const pg::Row row : rows) {
    UnitSum sum{.unit_path = row.Text("unit_path"),
                .currency = row.Text("currency"),
                .payments = row.Int("payments")};
    ASSIGN_OR_RETURN(sum.in_transit_minor, ReadSum(row, "in_transit"));
    ASSIGN_OR_RETURN(sum.paid_minor, ReadSum(row, "paid"));
    ASSIGN_OR_RETURN(sum.refunded_minor, ReadSum(row, "refunded"));
    sums.push_back(std::move(sum));
  }
  return sums;
}

}  // namespace fiscus::payments::store
