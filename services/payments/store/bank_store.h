// Bank events, refunds and the feed's cursor in PostgreSQL, inside the caller's transaction.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/payments/domain/bank_event.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments::store {

// An event with what was made of it.
struct JudgedEvent {
  BankEvent event;
  Verdict verdict = Verdict::kApplied;
};

// Which of these events are recorded already.
absl::StatusOr<std::set<std::string>> FindEvents(pg::Tx& tx,
                                                 const std::vector<std::string>& event_ids);
// Records events, once each; ABORTED if another instance was quicker with one of them.
absl::Status InsertEvents(pg::Tx& tx, const std::vector<JudgedEvent>& events, absl::Time now);

// Numbers are those of the database.
enum class RefundSource { kFinance = 1, kBank = 2 };
enum class RefundState { kPending = 1, kTaken = 2, kRefused = 3 };

// Money that came back.
struct Refund {
  std::string refund_id;
  std::string payment_id;
  int64_t amount_minor = 0;
  RefundSource source = RefundSource::kFinance;
  RefundState state = RefundState::kPending;
  absl::CivilDay effective_date;
  Actor actor;
  std::string note;
  absl::Time recorded_at;
  std::optional<Refusal> refusal;
  std::string answer;          // serialised Payment; empty until taken
  std::string bank_reference;  // of the return; empty: not told
  std::string bank_event_id;   // by which the bank told of it; empty: not yet
};

// Records a pending refund.
absl::Status InsertRefund(pg::Tx& tx, const Refund& refund);
// nullopt: no such refund, or none pending.
absl::StatusOr<std::optional<Refund>> LoadRefund(pg::Tx& tx, const std::string& refund_id);
absl::StatusOr<std::optional<Refund>> LoadPendingRefund(pg::Tx& tx, const std::string& payment_id);
// Saves state, refusal and answer of a pending refund; ABORTED if it was settled meanwhile.
absl::Status SettleRefund(pg::Tx& tx, const Refund& refund);

// Refunds of these payments, which `tx` has locked, that finance recorded with a reference and of
// which the bank has not told; oldest first.
absl::StatusOr<std::vector<ExpectedRefund>> LoadExpectedRefunds(
    pg::Tx& tx, const std::vector<std::string>& payment_ids);
// The bank has told of these refunds: refund id → event id.
absl::Status TellRefunds(pg::Tx& tx, const std::map<std::string, std::string>& told);
// True if a refund of this payment, amount and (not empty) reference is recorded and was not
// refused.
absl::StatusOr<bool> HasRefund(pg::Tx& tx, const std::string& payment_id,
                               const std::string& bank_reference, int64_t amount_minor);

// 0 at the beginning.
absl::StatusOr<int64_t> LoadCursor(pg::Tx& tx, const std::string& adapter);
// ABORTED if another instance moved it meanwhile.
absl::Status MoveCursor(pg::Tx& tx, const std::string& adapter, int64_t from, int64_t to,
                        absl::Time now);

}  // namespace fiscus::payments::store
