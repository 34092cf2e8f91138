#include "services/budget/domain/line.h"

#include "libs/core/ids.h"
#include "libs/core/money.h"

namespace fiscus::budget {

std::string_view AccountName(Account account) {
  switch (account) {
    case Account::kBudgetSource:
      return "BUDGET_SOURCE";
    case Account::kPendingAllotment:
      return "PENDING_ALLOTMENT";
    case Account::kExecutable:
      return "EXECUTABLE";
    case Account::kTransferClearing:
      return "TRANSFER_CLEARING";
    case Account::kAllotmentClearing:
      return "ALLOTMENT_CLEARING";
    case Account::kFrozen:
      return "FROZEN";
    case Account::kEncumbered:
      return "ENCUMBERED";
    case Account::kInTransit:
      return "IN_TRANSIT";
    case Account::kPaid:
      return "PAID";
    case Account::kRefunded:
      return "REFUNDED";
  }
  return "UNKNOWN";
}

std::string_view OperationName(Operation operation) {
  switch (operation) {
    case Operation::kApprove:
      return "APPROVE";
    case Operation::kSupplement:
      return "SUPPLEMENT";
    case Operation::kReduce:
      return "REDUCE";
    case Operation::kTransferOut:
      return "TRANSFER_OUT";
    case Operation::kTransferIn:
      return "TRANSFER_IN";
    case Operation::kAllotDown:
      return "ALLOT_DOWN";
    case Operation::kAllotIn:
      return "ALLOT_IN";
    case Operation::kFreeze:
      return "FREEZE";
    case Operation::kUnfreeze:
      return "UNFREEZE";
    case Operation::kEncumber:
      return "ENCUMBER";
    case Operation::kLiquidate:
      return "LIQUIDATE";
    case Operation::kReserve:
      return "RESERVE";
    case Operation::kPost:
      return "POST";
    case Operation::kVoid:
      return "VOID";
    case Operation::kExpire:
      return "EXPIRE";
    case Operation::kRefund:
      return "REFUND";
    case Operation::kObservedPay:
      return "OBSERVED_PAY";
  }
  return "UNKNOWN";
}

int64_t Authorised(const Balances& b) {
  return b.approved + b.supplemented + b.transferred_in + b.allotted_in -
         (b.reduced + b.transferred_out + b.allotted_down);
}

int64_t NetPaid(const Balances& b) { return b.paid - b.refunded; }

int64_t Used(const Balances& b) { return NetPaid(b) + b.in_transit + b.encumbered; }

int64_t Available(const Balances& b) { return Authorised(b) - b.frozen - Used(b); }

int64_t UsageBp(int64_t used, int64_t authorised) {
  if (used <= 0) return 0;
  if (authorised <= 0) return kUsageUnlimitedBp;
  const std::optional<int64_t> ratio_bp = RatioBp(used, authorised, Rounding::kUp);
  return ratio_bp.has_value() && *ratio_bp < kUsageUnlimitedBp ? *ratio_bp : kUsageUnlimitedBp;
}

std::string EntryId(std::string_view line_id, int64_t line_version) {
  return NamedUuid("fiscus/budget/entries",
                   std::string(line_id) + "/" + std::to_string(line_version));
}

}  // namespace fiscus::budget
