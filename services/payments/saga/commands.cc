#include "services/payments/saga/commands.h"

#include "services/payments/codec/payment_codec.h"
#include "services/payments/domain/submission.h"
#include "services/payments/saga/commit.h"
#include "services/payments/saga/project_facts.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

// What projects says now about the project and contract of a payment; empty for commands that do
// not need it. A payment's request never changes, so it may be read before the payment is locked.
absl::StatusOr<Facts> FactsNow(const Deps& deps, const Call& call, Command command,
                               const std::string& payment_id) {
  if (command != Command::kOrder) return Facts();
  Payment payment;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(payment, store::LoadOne(tx, payment_id));
        return absl::OkStatus();
      }));
  ASSIGN_OR_RETURN(const FactsByKey facts,
                   FetchFacts(deps.projects, BeforeDeadline(call), {&payment.request}));
  return facts.at(KeyOf(payment.request));
}

}  // namespace

absl::StatusOr<v1::Payment> RunCommand(const Deps& deps, const Call& call, Command command,
                                       const v1::PaymentCommandRequest& request) {
  const bool note_mandatory = command == Command::kReturn || command == Command::kWithdraw;
  ASSIGN_OR_RETURN(const ParsedCommand parsed, ParseCommand(request, note_mandatory));
  return TransactWith<v1::Payment, Facts>(
      deps, call, FactsNow(deps, call, command, parsed.payment_id),
      [&](pg::Tx& tx, const Facts& facts) -> absl::StatusOr<v1::Payment> {
        ASSIGN_OR_RETURN(const Payment before, store::LockOne(tx, parsed.payment_id));
        if (command == Command::kOrder)
          RETURN_IF_ERROR(CheckOrder(facts.project, facts.contract, before.request));
        ASSIGN_OR_RETURN(Decision decision,
                         Decide(before, command, parsed.expected_version,
                                MomentOf(call, parsed.effective_date, parsed.note)));
        RETURN_IF_ERROR(SaveChanges(deps, tx, call, {{before, decision}}, Audit::kByTransact));
        return ToProto(decision.payment);
      });
}

}  // namespace fiscus::payments
