#include "services/payments/saga/opening.h"

#include "libs/core/dates.h"
#include "libs/pg/transact.h"
#include "services/payments/saga/commit.h"

namespace fiscus::payments {
namespace {

absl::Status PaymentExists(const std::string& payment_id) {
  return Refuse(absl::StatusCode::kAlreadyExists, "PAYMENT_EXISTS",
                "a payment with this id and other content exists; make a new id for a new payment",
                {{"payment_id", payment_id}}, kDomain);
}

store::VoucherKey KeyOfVoucher(const Request& request, const std::string& voucher) {
  return {request.payee.name, voucher};
}

}  // namespace

absl::Status Opening::Decide(pg::Tx& tx) {
  RETURN_IF_ERROR(FindExisting(tx));
  RETURN_IF_ERROR(LockShared(tx));
  entries_.resize(asked_.size());
  for (size_t i = 0; i < asked_.size(); ++i) DecideOne(i);
  return absl::OkStatus();
}

absl::Status Opening::Save(pg::Tx& tx) {
  RETURN_IF_ERROR(store::AssignVouchers(tx, claims_.free, kept_));
  return SaveFresh(deps_, tx, call_, fresh_);
}

absl::Status Opening::FindExisting(pg::Tx& tx) {
  std::vector<std::string> payment_ids, request_ids;
  std::set<std::string> revised_ids;
  for (const Asked& asked : asked_) {
    if (!asked.request.ok()) continue;
    payment_ids.push_back(asked.request->payment_id);
    request_ids.push_back(asked.request_id);
    if (!asked.request->revises_payment_id.empty()) {
      revised_ids.insert(asked.request->revises_payment_id);
    }
  }
  ASSIGN_OR_RETURN(const std::vector<store::Stored> found,
                   store::FindSubmissions(tx, payment_ids, request_ids));
  for (const store::Stored& stored : found) {
    id_by_request_[stored.request_id] = stored.payment.request.payment_id;
    payments_[stored.payment.request.payment_id] = stored.payment;
  }
  ASSIGN_OR_RETURN(std::vector<Payment> revised,
                   store::Load(tx, {revised_ids.begin(), revised_ids.end()}));
  for (Payment& payment : revised) revised_[payment.request.payment_id] = std::move(payment);
  return absl::OkStatus();
}

absl::Status Opening::LockShared(pg::Tx& tx) {
  std::set<std::string> contract_ids;
  std::set<store::VoucherKey> vouchers;
  std::string claimant;
  for (const Asked& asked : asked_) {
    if (!asked.request.ok() || payments_.contains(asked.request->payment_id)) continue;
    const Request& request = *asked.request;
    const auto facts = facts_.find(KeyOf(request));
    // Only contracts that exist get a row of their own.
    if (facts == facts_.end() || !facts->second.project.has_value()) continue;
    if (facts->second.contract.has_value()) contract_ids.insert(request.contract_id);
    for (const std::string& voucher : request.vouchers)
      vouchers.insert(KeyOfVoucher(request, voucher));
    claimant = request.payment_id;
  }
  ASSIGN_OR_RETURN(usage_, store::LockContracts(tx, contract_ids));
  ASSIGN_OR_RETURN(claims_, store::ClaimVouchers(tx, vouchers, claimant));
  return absl::OkStatus();
}

SubmitContext Opening::ContextOf(const Request& request) const {
  SubmitContext context;
  if (const auto facts = facts_.find(KeyOf(request)); facts != facts_.end()) {
    context.project = facts->second.project;
    context.contract = facts->second.contract;
  }
  if (const auto usage = usage_.find(request.contract_id); usage != usage_.end()) {
    context.contract_live_minor = usage->second.live_minor;
    context.advance_live_minor = usage->second.advance_minor;
  }
  for (const std::string& voucher : request.vouchers) {
    const store::VoucherKey key = KeyOfVoucher(request, voucher);
    const auto used = claims_.used.find(key);
    const auto kept = kept_.find(key);
    if (used == claims_.used.end() && kept == kept_.end()) continue;
    context.voucher_used = voucher;
    context.voucher_payment_id = used != claims_.used.end() ? used->second : kept->second;
    break;
  }
  if (const auto revised = revised_.find(request.revises_payment_id); revised != revised_.end()) {
    context.revised = RevisedFacts{.payment_id = revised->first,
                                   .project_id = revised->second.request.project_id,
                                   .state = revised->second.state};
  }
  return context;
}

void Opening::DecideOne(size_t index) {
  const Asked& asked = asked_[index];
  Entry& entry = entries_[index];
  entry.status = asked.request.status();
  if (!entry.status.ok()) return;
  const Request& request = *asked.request;
  const auto by_request = id_by_request_.find(asked.request_id);
  if (by_request != id_by_request_.end() && by_request->second != request.payment_id) {
    entry.status = pg::RequestIdReused(asked.request_id);
    return;
  }
  if (const auto existing = payments_.find(request.payment_id); existing != payments_.end()) {
    // The same payment again, perhaps under another request id: the answer is what became of it.
    if (existing->second.request != request) {
      entry.status = PaymentExists(request.payment_id);
    } else {
      entry.payment_id = request.payment_id;
    }
    return;
  }
  entry.status = CheckRequest(request);
  if (!entry.status.ok()) return;
  const absl::Status checks = CheckSubmission(ContextOf(request), request);
  if (!checks.ok() && !IsRecorded(checks)) {
    entry.status = checks;
    return;
  }
  const Moment moment = MomentOf(call_, request.effective_date);
  Decision decision = Open(request, moment, moment.now + deps_.reservation_ttl, checks);
  entry.payment_id = request.payment_id;
  payments_[request.payment_id] = decision.payment;
  id_by_request_[asked.request_id] = request.payment_id;
  if (checks.ok()) {
    // Payments without contract have no ceiling, so nothing adds them up; under one the checks keep
    // the sum within its value.
    if (!request.contract_id.empty()) {
      store::ContractUsage& usage = usage_[request.contract_id];
      usage.live_minor += request.amount.minor;
      if (request.kind == Kind::kAdvance) usage.advance_minor += request.amount.minor;
    }
    for (const std::string& voucher : request.vouchers) {
      kept_[KeyOfVoucher(request, voucher)] = request.payment_id;
    }
  }
  fresh_.push_back({.decision = std::move(decision), .request_id = asked.request_id});
}

}  // namespace fiscus::payments
