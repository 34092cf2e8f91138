#include "services/payments/saga/refunds.h"

#include "libs/core/dates.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/domain/transitions.h"
#include "services/payments/saga/commit.h"
#include "services/payments/store/bank_store.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

constexpr size_t kBankReferenceBytesMax = 200;  // as much as is kept of the bank's own

struct ParsedRefund {
  std::string payment_id;
  Money amount;
  std::string note;
  absl::CivilDay effective_date;
  std::string bank_reference;
};

absl::Status RefundExists(const ParsedRefund& asked) {
  return Refuse(absl::StatusCode::kAlreadyExists, "REFUND_EXISTS",
                "this return of money is recorded already, from the bank or by finance",
                {{"payment_id", asked.payment_id}, {"bank_reference", asked.bank_reference}},
                kDomain);
}

absl::StatusOr<ParsedRefund> Parse(const v1::RefundPaymentRequest& request) {
  rpc::Fields fields;
  fields.Uuid("request_id", request.request_id());
  ParsedRefund refund{.payment_id = fields.Uuid("payment_id", request.payment_id()),
                      .amount = fields.Amount("amount", request.amount()),
                      .note = fields.Text("note", request.note(), 1, kNoteBytesMax),
                      .effective_date = fields.Date("effective_date", request.effective_date()),
                      .bank_reference = fields.Text("bank_reference", request.bank_reference(), 0,
                                                    kBankReferenceBytesMax)};
  RETURN_IF_ERROR(fields.status());
  if (refund.amount.minor <= 0) {
    return Refuse(absl::StatusCode::kInvalidArgument, "AMOUNT_NOT_POSITIVE",
                  "the amount must be above zero", {{"asked", std::to_string(refund.amount.minor)}},
                  kDomain);
  }
  return refund;
}

// The answer of a refund that the ledger has decided; nullopt: not yet.
std::optional<absl::StatusOr<v1::Payment>> AnswerOf(const store::Refund& refund) {
  if (refund.state == store::RefundState::kPending) return std::nullopt;
  if (refund.refusal.has_value()) {
    const Refusal& refusal = *refund.refusal;
    return Refuse(refusal.code, refusal.reason, refusal.message, refusal.figures, refusal.domain);
  }
  v1::Payment payment;
  if (!payment.ParseFromString(refund.answer))
    return absl::InternalError("the stored answer cannot be read");
  return payment;
}

// Saves the ledger's answer, unless another was quicker; the refund as it is then.
absl::StatusOr<store::Refund> Settle(const Deps& deps, const Call& call,
                                     const store::Refund& pending, const absl::Status& answer) {
  store::Refund settled;
  RETURN_IF_ERROR(
      deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        // The payment's lock first: it orders all who settle its refunds.
        ASSIGN_OR_RETURN(const Payment before, store::LockOne(tx, pending.payment_id));
        ASSIGN_OR_RETURN(const std::optional<store::Refund> found,
                         store::LoadRefund(tx, pending.refund_id));
        if (!found.has_value()) return absl::InternalError("a recorded refund is gone");
        settled = *found;
        if (settled.state != store::RefundState::kPending) return absl::OkStatus();
        Moment moment = MomentOf(call, settled.effective_date, settled.note);
        moment.actor = settled.actor;
        Decision decision;
        if (answer.ok()) {
          decision = Refunded(before, settled.amount_minor, moment);
          settled.state = store::RefundState::kTaken;
          settled.answer = ToProto(decision.payment).SerializeAsString();
        } else {
          settled.refusal = RefusalFrom(answer, kDomain);
          settled.state = store::RefundState::kRefused;
          moment.note = "the ledger refused a refund: " + settled.refusal->reason;
          decision = RefundRefused(before, settled.amount_minor, moment);
        }
        RETURN_IF_ERROR(store::SettleRefund(tx, settled));
        return SaveChanges(deps, tx, call, {{before, std::move(decision)}}, Audit::kHere);
      }));
  return settled;
}

}  // namespace

absl::StatusOr<v1::Payment> SettleRefund(const Deps& deps, const Call& call,
                                         const std::string& refund_id) {
  std::optional<store::Refund> refund;
  std::optional<Payment> payment;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(refund, store::LoadRefund(tx, refund_id));
        if (!refund.has_value()) return absl::InternalError("a recorded refund is gone");
        ASSIGN_OR_RETURN(payment, store::LoadOne(tx, refund->payment_id));
        return absl::OkStatus();
      }));
  if (auto answer = AnswerOf(*refund)) return *std::move(answer);
  const absl::Status answer = deps.budget.Refund(
      BeforeDeadline(call),
      RefundFor(*payment, refund_id, refund->amount_minor, refund->effective_date));
  if (!answer.ok() && !IsDecided(answer)) {
    return absl::UnavailableError("the refund is recorded and waits for the ledger");
  }
  ASSIGN_OR_RETURN(const store::Refund settled, Settle(deps, call, *refund, answer));
  return *AnswerOf(settled);
}

absl::StatusOr<v1::Payment> RecordRefund(const Deps& deps, const Call& call,
                                         const v1::RefundPaymentRequest& request) {
  ASSIGN_OR_RETURN(const ParsedRefund asked, Parse(request));
  const absl::StatusOr<v1::Payment> recorded = pg::Transact<v1::Payment>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Payment> {
        ASSIGN_OR_RETURN(const Payment before, store::LockOne(tx, asked.payment_id));
        ASSIGN_OR_RETURN(
            const bool exists,
            store::HasRefund(tx, asked.payment_id, asked.bank_reference, asked.amount.minor));
        if (exists) return RefundExists(asked);
        RETURN_IF_ERROR(CheckRefund(before, asked.amount));
        RETURN_IF_ERROR(
            store::InsertRefund(tx, {.refund_id = call.request_id,
                                     .payment_id = asked.payment_id,
                                     .amount_minor = asked.amount.minor,
                                     .source = store::RefundSource::kFinance,
                                     .effective_date = asked.effective_date,
                                     .actor = MomentOf(call, asked.effective_date).actor,
                                     .note = asked.note,
                                     .recorded_at = TruncateToMicros(call.now),
                                     .bank_reference = asked.bank_reference}));
        Decision decision = RefundRecorded(before, asked.amount.minor);
        RETURN_IF_ERROR(SaveChanges(deps, tx, call, {{before, decision}}, Audit::kByTransact));
        // The call itself goes on with it; the timer only takes over what it leaves.
        RETURN_IF_ERROR(pg::ScheduleTimer(tx, kLedgerTimer, asked.payment_id,
                                          deps.clock.Now() + deps.pace.resume_after));
        return ToProto(decision.payment);
      });
  RETURN_IF_ERROR(recorded.status());
  return SettleRefund(deps, call, call.request_id);
}

}  // namespace fiscus::payments
