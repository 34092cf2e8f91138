#include "services/payments/saga/commands.h"

#include "libs/pg/transact.h"
#include "services/payments/codec/payment_codec.h"
#include "services/payments/saga/commit.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

absl::StatusOr<v1::Payment> RunCommand(const Deps& deps, const Call& call, Command command,
                                       const v1::PaymentCommandRequest& request) {
  const bool note_mandatory = command == Command::kReturn || command == Command::kWithdraw;
  ASSIGN_OR_RETURN(const ParsedCommand parsed, ParseCommand(request, note_mandatory));
  return pg::Transact<v1::Payment>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::Payment> {
        ASSIGN_OR_RETURN(const Payment before, store::LockOne(tx, parsed.payment_id));
        ASSIGN_OR_RETURN(Decision decision,
                         Decide(before, command, parsed.expected_version,
                                MomentOf(call, parsed.effective_date, parsed.note)));
        RETURN_IF_ERROR(SaveChanges(deps, tx, call, {{before, decision}}, Audit::kByTransact));
        return ToProto(decision.payment);
      });
}

}  // namespace fiscus::payments
