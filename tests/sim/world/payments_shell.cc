#include "tests/sim/world/payments_shell.h"

#include <algorithm>
#include <utility>

#include "services/payments/domain/submission.h"
#include "tests/sim/world/budget_words.h"

namespace fiscus::sim {
namespace {

using payments::Command;

const payments::Payee kPayee = {"builder", "6222", "105"};

const payments::Pace kPace = {.resume_after = absl::Milliseconds(300),
                              .expiry_grace = absl::Milliseconds(100),
                              .answer_max = absl::Milliseconds(2000),
                              .query_every = absl::Milliseconds(1000),
                              .clearing_max = absl::Milliseconds(4000)};

payments::BankEvent EventOf(const BankNews& news) {
  using payments::BankEventKind;
  static const std::map<std::string, BankEventKind> kKinds = {
      {"ACCEPTED", BankEventKind::kAccepted},
      {"CLEARED", BankEventKind::kCleared},
      {"REJECTED", BankEventKind::kRejected},
      {"RECEIPT", BankEventKind::kReceipt},
      {"REFUNDED", BankEventKind::kRefunded}};
  return {.event_id = news.event_id,
          .payment_id = news.payment_id,
          .kind = kKinds.at(news.kind),
          .amount_minor = news.amount,
          .bank_reference = "ref",
          .bank_code = "EX01",
          .code_class = "TECHNICAL",
          .receipt_no = news.kind == "RECEIPT" ? "r-" + news.payment_id : ""};
}

}  // namespace

std::string PaymentOrder::Body() const {
  return what + '|' + payment + '|' + line + '|' + contract + '|' + currency + '|' + person + '|' +
         std::to_string(amount);
}

PaymentsShell::PaymentsShell(Kernel& kernel, const Bugs& bugs, audit::Auditor& auditor,
                             Outbox& outbox, BudgetShell& budget, Bank& bank)
    : Part("payments"),
      kernel_(kernel),
      bugs_(bugs),
      auditor_(auditor),
      outbox_(outbox),
      budget_(budget),
      bank_(bank) {}

void PaymentsShell::Crash() {
  running_.clear();
  if (bugs_.Has(Bug::kTimersInMemory)) timers_.clear();
}

void PaymentsShell::Restart() {
  for (const auto& [id, at_ms] : std::map(timers_)) SetTimer(id, at_ms);
}

payments::Moment PaymentsShell::Now(std::string person) const {
  return {.now = absl::FromUnixMillis(kernel_.now_ms()),
          .actor = {.subject = std::move(person)},
          .effective_date = DateAt(kernel_.now_ms())};
}

void PaymentsShell::SetTimer(const std::string& id, int64_t at_ms) {
  timers_[id] = at_ms;
  kernel_.After(*this, std::max<int64_t>(1, at_ms - kernel_.now_ms()), "timer: payment " + id,
                [this, id, at_ms] {
                  const auto timer = timers_.find(id);
                  if (timer != timers_.end() && timer->second == at_ms) RunErrand(id);
                });
}

void PaymentsShell::Receive(const std::string& request_id, const PaymentOrder& order,
                            const Reply& reply) {
  const std::string body = order.Body();
  if (const auto known = requests_.find(request_id); known != requests_.end()) {
    const bool same = known->second.body == body;
    return reply({request_id, body, same ? known->second.reason : "REQUEST_ID_REUSED"});
  }
  if (kernel_.Happens(FaultKind::kAbort, request_id)) return;  // the caller asks again
  trace::Answer answer{request_id, body, ""};
  trace::PaymentCommit commit;
  const absl::StatusOr<payments::Decision> decision = Decide(order);
  if (decision.ok()) {
    if (order.what == "REFUND") {
      refunds_[request_id] = {request_id, order.payment, order.amount};
    }
    Save(*decision, commit);
  } else {
    const auto info = RefusalOf(decision.status());
    answer.reason = info.has_value() ? info->reason : "NOT_FOUND";
  }
  requests_[request_id] = answer;
  commit.requests.push_back(answer);
  auditor_.OnPayments(commit);
  reply(answer);
}

absl::StatusOr<payments::Decision> PaymentsShell::Submit(const PaymentOrder& order) const {
  payments::Request request{.payment_id = order.payment,
                            .project_id = order.project,
                            .contract_id = order.contract,
                            .line_id = order.line,
                            .unit_path = "/33/edu/",
                            .kind = payments::Kind::kProgress,
                            .amount = {order.amount, order.currency},
                            .payee = kPayee,
                            .vouchers = {"v-" + order.payment},
                            .effective_date = DateAt(kernel_.now_ms())};
  if (order.contract.empty()) {
    request.kind = payments::Kind::kNoContract;
    request.no_contract_reason = "SALARY";
  }
  RETURN_IF_ERROR(payments::CheckRequest(request));
  payments::SubmitContext context;
  context.project =
      payments::ProjectFacts{.project_id = order.project,
                             .unit_path = request.unit_path,
                             .state = static_cast<int>(payments::ProjectState::kExecuting),
                             .currency = order.currency};
  if (!order.contract.empty()) {
    context.contract =
        payments::ContractFacts{.contract_id = order.contract,
                                .project_id = order.project,
                                .line_id = order.line,
                                .state = static_cast<int>(payments::ContractState::kEffective),
                                .currency = order.currency,
                                .current_value_minor = int64_t{1} << 50,
                                .payees = {kPayee}};
  }
  const int64_t expires_ms =
      kernel_.now_ms() + kernel_.Pick("expires " + order.payment, 2000, 60000);
  return payments::Open(request, Now(order.person), absl::FromUnixMillis(expires_ms),
                        payments::CheckSubmission(context, request));
}

absl::StatusOr<payments::Decision> PaymentsShell::Decide(const PaymentOrder& order) {
  const auto found = payments_.find(order.payment);
  if (order.what == "SUBMIT") {
    if (found != payments_.end()) return absl::AlreadyExistsError("exists");
    return Submit(order);
  }
  if (found == payments_.end()) return absl::NotFoundError("no such payment");
  const payments::Payment& payment = found->second;
  if (order.what == "REFUND") {
    RETURN_IF_ERROR(payments::CheckRefund(payment, {order.amount, order.currency}));
    return payments::RefundRecorded(payment, order.amount);
  }
  static const std::map<std::string, Command> kCommands = {{"UNIT", Command::kApproveByUnit},
                                                           {"FINANCE", Command::kApproveByFinance},
                                                           {"ORDER", Command::kOrder},
                                                           {"RETURN", Command::kReturn},
                                                           {"WITHDRAW", Command::kWithdraw}};
  const Command command = kCommands.at(order.what);
  if (bugs_.Has(Bug::kFourEyesSkipped) && command == Command::kOrder) {
    ASSIGN_OR_RETURN(payments::Decision decision,
                     payments::Decide(payment, command, 0, Now("nobody")));
    decision.payment.signer = order.person;
    return decision;
  }
  return payments::Decide(payment, command, 0, Now(order.person));
}

// Everything that one change writes.
void PaymentsShell::Save(const payments::Decision& decision, trace::PaymentCommit& commit) {
  const payments::Payment& p = decision.payment;
  const std::string& id = p.request.payment_id;
  payments_[id] = p;
  trace::PaymentRow row{.id = id,
                        .line = p.request.line_id,
                        .currency = p.request.amount.currency,
                        .state = std::string(payments::StateName(p.state)),
                        .reason = p.refusal.has_value() ? p.refusal->reason : "",
                        .maker = p.maker.subject,
                        .unit_approver = p.unit_approver,
                        .finance_approver = p.finance_approver,
                        .signer = p.signer,
                        .version = p.version,
                        .amount = p.request.amount.minor,
                        .cleared = p.cleared_minor,
                        .refunded = p.refunded_minor,
                        .refunding = p.refunding_minor};
  for (const payments::Transition& t : decision.transitions) {
    if (row.path.empty()) row.path.emplace_back(payments::StateName(t.from));
    row.path.emplace_back(payments::StateName(t.payment.state));
    if (!t.published) continue;
    trace::Fact fact{.kind = "PAYMENT",
                     .key = p.request.project_id,
                     .aggregate = "payments/" + id,
                     .sequence = t.payment.version,
                     .project = p.request.project_id,
                     .line = p.request.line_id,
                     .state = std::string(payments::StateName(t.payment.state)),
                     .cleared = t.payment.cleared_minor};
    fact.id = fact.aggregate + "#" + std::to_string(fact.sequence);
    commit.outbox.push_back(fact);
    outbox_.Commit(outbox_.TakeId(), fact);
  }
  commit.payments.push_back(std::move(row));
  const absl::Time due = payments::DueAt(p, kPace, absl::FromUnixMillis(kernel_.now_ms()));
  if (due == absl::InfiniteFuture()) {
    timers_.erase(id);
  } else {
    SetTimer(id, absl::ToUnixMillis(due));
  }
}

void PaymentsShell::Change(const std::string& id, const Edit& edit, trace::PaymentCommit& commit) {
  Save(edit(payments_.at(id)), commit);
}

void PaymentsShell::Change(const std::string& id, const Edit& edit) {
  trace::PaymentCommit commit;
  Change(id, edit, commit);
  auditor_.OnPayments(commit);
}

void PaymentsShell::OnNews(const BankNews& news, const std::function<void()>& acked) {
  if (bugs_.Has(Bug::kBankAckBeforeApply)) {
    acked();
    kernel_.After(*this, 1500, "news applied late", [this, news] { ApplyNews(news); });
    return;
  }
  if (kernel_.Happens(FaultKind::kAbort, news.event_id)) return;  // the bank tells it again
  ApplyNews(news);
  acked();
}

// False: it was seen before.
bool PaymentsShell::ApplyNews(const BankNews& news) {
  const bool twice = bank_events_.contains(news.event_id);
  if (twice && !bugs_.Has(Bug::kBankEventTwice)) return false;
  bank_events_.insert(news.event_id);
  trace::PaymentCommit commit;
  commit.bank_events.push_back(news.event_id);
  if (payments_.contains(news.payment_id)) {
    const payments::Payment& payment = payments_.at(news.payment_id);
    const payments::EventDecision judged =
        payments::ApplyBankEvent(payment, EventOf(news), Now("bank"));
    if (judged.refund_minor > 0) {
      const std::string id =
          "bank:" + news.event_id + (twice ? "/" + std::to_string(refunds_.size()) : "");
      refunds_[id] = {id, news.payment_id, judged.refund_minor};
    }
    if (judged.verdict == payments::Verdict::kApplied ||
        judged.verdict == payments::Verdict::kContradictory) {
      Save(judged.decision, commit);
    }
  }
  auditor_.OnPayments(commit);
  return true;
}

}  // namespace fiscus::sim
