#include "services/payments/saga/submission.h"

#include <map>
#include <set>

#include "fiscus/payments/v1/payments_service.pb.h"
#include "libs/core/ids.h"
#include "libs/pg/transact.h"
#include "libs/rpc/status_codec.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/saga/commit.h"
#include "services/payments/saga/opening.h"

namespace fiscus::payments {
namespace {

// After this time a client should find the answer of a submission that is being resumed.
constexpr int64_t kResumedAfterMs = 1000;

// The answer recorded by transaction 1: per request an error, or the id of the payment whose row
// tells the rest.
v1::BatchSubmitPaymentsResponse RecordOf(const std::vector<Opening::Entry>& entries) {
  v1::BatchSubmitPaymentsResponse record;
  for (const Opening::Entry& entry : entries) {
    v1::SubmitResult* result = record.add_results();
    *result->mutable_status() = rpc::ToItem(entry.status, kDomain);
    if (entry.status.ok()) result->mutable_payment()->set_payment_id(entry.payment_id);
  }
  return record;
}

// Transaction 1. `payments` gets the payments of the record, unless it was recorded before.
absl::StatusOr<v1::BatchSubmitPaymentsResponse> OpenAll(const Deps& deps, const Call& call,
                                                        const std::vector<Asked>& asked,
                                                        std::map<std::string, Payment>& payments) {
  std::vector<const Request*> requests;
  for (const Asked& item : asked) {
    if (item.request.ok() && CheckRequest(*item.request).ok()) requests.push_back(&*item.request);
  }
  const absl::StatusOr<FactsByKey> facts =
      FetchFacts(deps.projects, BeforeDeadline(call), requests);
  return TransactWith<v1::BatchSubmitPaymentsResponse, FactsByKey>(
      deps, call, facts,
      [&](pg::Tx& tx, const FactsByKey& told) -> absl::StatusOr<v1::BatchSubmitPaymentsResponse> {
        Opening opening(deps, call, asked, told);
        RETURN_IF_ERROR(opening.Decide(tx));
        RETURN_IF_ERROR(opening.Save(tx));
        payments = opening.payments();
        return RecordOf(opening.entries());
      });
}

// Rows of the payments that a record names and that are not at hand.
absl::Status LoadMissing(const Deps& deps, const Call& call,
                         const v1::BatchSubmitPaymentsResponse& record,
                         std::map<std::string, Payment>& payments) {
  std::vector<std::string> missing;
  for (const v1::SubmitResult& result : record.results()) {
    const std::string& id = result.payment().payment_id();
    if (!id.empty() && !payments.contains(id)) missing.push_back(id);
  }
  if (missing.empty()) return absl::OkStatus();
  return deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(std::vector<Payment> loaded, store::Load(tx, missing));
    for (Payment& payment : loaded) payments[payment.request.payment_id] = std::move(payment);
    return absl::OkStatus();
  });
}

// The ledger's answer for each payment, in order.
std::vector<absl::Status> Reserve(const Deps& deps, const Call& call,
                                  const std::vector<const Payment*>& pending) {
  if (pending.size() == 1) return {deps.budget.Reserve(call, ReserveFor(*pending[0])).status()};
  budget::v1::BatchReserveRequest request;
  std::string ids;
  for (const Payment* payment : pending) {
    *request.add_requests() = ReserveFor(*payment);
    ids += payment->request.payment_id;
  }
  // Another selection of payments is another request; each item is idempotent by itself.
  request.set_request_id(NamedUuid("fiscus.payments.batch_reserve", ids));
  const auto response = deps.budget.BatchReserve(call, request);
  if (!response.ok()) return std::vector<absl::Status>(pending.size(), response.status());
  std::vector<absl::Status> answers;
  for (size_t i = 0; i < pending.size(); ++i) {
    answers.push_back(
        static_cast<int>(i) < response->results_size()
            ? rpc::FromItem(response->results(static_cast<int>(i)).status(), "fiscus.budget.v1")
            : absl::UnavailableError("the ledger answered fewer results than asked for"));
  }
  return answers;
}

// Transaction 2 for what the ledger has decided; the payments as they are then.
absl::Status ResolveAll(const Deps& deps, const Call& call,
                        const std::map<std::string, absl::Status>& decided,
                        std::map<std::string, Payment>& payments) {
  if (decided.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const auto& [id, answer] : decided) ids.push_back(id);
  std::vector<Payment> after;
  RETURN_IF_ERROR(
      deps.database.Write(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        after.clear();
        std::vector<store::Change> changes;
        ASSIGN_OR_RETURN(const std::vector<Payment> locked, store::Lock(tx, ids));
        Call now = call;
        now.now = deps.clock.Now();
        for (const Payment& before : locked) {
          Decision decision = Resolve(before, decided.at(before.request.payment_id),
                                      MomentOf(now, before.request.effective_date));
          after.push_back(decision.payment);
          if (!decision.transitions.empty()) changes.push_back({before, std::move(decision)});
        }
        return SaveChanges(deps, tx, now, changes, Audit::kHere);
      }));
  for (Payment& payment : after) payments[payment.request.payment_id] = std::move(payment);
  return absl::OkStatus();
}

// Payments of a record in the order of its requests, each once: who came first is served first.
std::vector<std::string> OrderOf(const v1::BatchSubmitPaymentsResponse& record) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  for (const v1::SubmitResult& result : record.results()) {
    const std::string& id = result.payment().payment_id();
    if (!id.empty() && seen.insert(id).second) order.push_back(id);
  }
  return order;
}

// Asks the ledger, in this order, for every payment that is SUBMITTING and records what it has
// decided.
absl::Status ReserveAndResolve(const Deps& deps, const Call& call,
                               const std::vector<std::string>& order,
                               std::map<std::string, Payment>& payments) {
  std::vector<const Payment*> pending;
  for (const std::string& id : order) {
    const auto found = payments.find(id);
    if (found == payments.end() || found->second.state != State::kSubmitting) continue;
    pending.push_back(&found->second);
  }
  if (pending.empty()) return absl::OkStatus();
  const std::vector<absl::Status> answers = Reserve(deps, BeforeDeadline(call), pending);
  std::map<std::string, absl::Status> decided;
  absl::Status undecided;
  for (size_t i = 0; i < pending.size(); ++i) {
    if (answers[i].ok() || IsDecided(answers[i])) {
      decided[pending[i]->request.payment_id] = answers[i];
    } else {
      undecided = answers[i];
    }
  }
  RETURN_IF_ERROR(ResolveAll(deps, call, decided, payments));
  return undecided;
}

Outcome OutcomeOf(const v1::SubmitResult& result, const std::map<std::string, Payment>& payments) {
  if (result.status().code() != 0) return {.status = rpc::FromItem(result.status(), kDomain)};
  const auto found = payments.find(result.payment().payment_id());
  if (found == payments.end()) return {.status = absl::InternalError("a recorded payment is gone")};
  if (found->second.state == State::kSubmitting) {
    return {.status = WithRetryAfter(
                absl::UnavailableError("the payment is recorded and waits for the ledger"),
                kResumedAfterMs)};
  }
  Payment answer = AsSubmitted(found->second);
  absl::Status refusal = RefusalStatus(answer);
  return {.status = std::move(refusal), .payment = std::move(answer)};
}

}  // namespace

absl::StatusOr<std::vector<Outcome>> Submit(const Deps& deps, const Call& call,
                                            const std::vector<Asked>& asked) {
  std::map<std::string, Payment> payments;
  ASSIGN_OR_RETURN(const v1::BatchSubmitPaymentsResponse record,
                   OpenAll(deps, call, asked, payments));
  RETURN_IF_ERROR(LoadMissing(deps, call, record, payments));
  // Not decided: the outcomes of those payments say so, the others are answered.
  (void)ReserveAndResolve(deps, call, OrderOf(record), payments);
  std::vector<Outcome> outcomes;
  for (const v1::SubmitResult& result : record.results()) {
    outcomes.push_back(OutcomeOf(result, payments));
  }
  return outcomes;
}

absl::StatusOr<Payment> Rehearse(const Deps& deps, const Call& call, const Asked& asked) {
  RETURN_IF_ERROR(asked.request.status());
  RETURN_IF_ERROR(CheckRequest(*asked.request));
  const std::vector<Asked> one = {asked};
  ASSIGN_OR_RETURN(const auto facts,
                   FetchFacts(deps.projects, BeforeDeadline(call), {&*asked.request}));
  Payment payment;
  // Locks are taken and given back: the transaction is rolled back.
  const absl::StatusOr<v1::Payment> checked = pg::Rehearse<v1::Payment>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Payment> {
        Opening opening(deps, call, one, facts);
        RETURN_IF_ERROR(opening.Decide(tx));
        RETURN_IF_ERROR(opening.entries().front().status);
        payment = opening.payments().at(opening.entries().front().payment_id);
        return ToProto(payment);
      });
  RETURN_IF_ERROR(checked.status());
  RETURN_IF_ERROR(RefusalStatus(payment));
  if (payment.state != State::kSubmitting) return AsSubmitted(payment);
  budget::v1::ReserveRequest request = ReserveFor(payment);
  request.set_validate_only(true);
  RETURN_IF_ERROR(deps.budget.Reserve(BeforeDeadline(call), request).status());
  payment.state = State::kSubmitted;
  return payment;
}

absl::Status ResumeSubmission(const Deps& deps, const Call& call, const Payment& payment) {
  std::map<std::string, Payment> payments = {{payment.request.payment_id, payment}};
  return ReserveAndResolve(deps, call, {payment.request.payment_id}, payments);
}

}  // namespace fiscus::payments
