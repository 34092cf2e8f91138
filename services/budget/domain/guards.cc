#include "services/budget/domain/guards.h"

#include <limits>
#include <utility>

#include "libs/core/dates.h"
#include "services/budget/domain/journal.h"

namespace fiscus::budget {
namespace {

using Wide = __int128;
constexpr Wide kMax = std::numeric_limits<int64_t>::max();

bool Accepted(LineState state, Accepts accepts) {
  switch (accepts) {
    case Accepts::kActive:
      return state == LineState::kActive;
    case Accepts::kPending:
      return state == LineState::kPendingAllotment;
    case Accepts::kActiveOrPending:
      return state == LineState::kActive || state == LineState::kPendingAllotment;
    case Accepts::kOpen:
      return state != LineState::kClosed;
  }
  return false;
}

std::string_view StateName(LineState state) {
  switch (state) {
    case LineState::kPendingAllotment:
      return "pending allotment";
    case LineState::kActive:
      return "active";
    case LineState::kFrozen:
      return "frozen";
    case LineState::kClosed:
      return "closed";
  }
  return "unknown";
}

}  // namespace

bool InflowFits(const Balances& b, int64_t amount) {
  return Wide{b.approved} + b.supplemented + b.transferred_in + b.allotted_in + amount <= kMax;
}

bool UsedFits(const Balances& b, int64_t amount) {
  return Wide{b.frozen} + b.encumbered + b.in_transit + b.paid + amount <= kMax;
}

int64_t UsageAfterBp(const LineStanding& standing, int64_t added) {
  const std::optional<int64_t> used = CheckedAdd(Used(standing.balances), added);
  if (!used.has_value()) return kUsageUnlimitedBp;
  return UsageBp(*used, Authorised(standing.balances));
}

Account HoldingAccount(LineState state) {
  return state == LineState::kPendingAllotment ? Account::kPendingAllotment : Account::kExecutable;
}

Refusal Refused(const Situation& situation, const Command& command, Reason reason,
                std::string message, int64_t added) {
  Refusal refusal{.reason = reason, .message = std::move(message), .figures = {}, .usage_bp = 0};
  Figures& figures = refusal.figures;
  figures["line_id"] = command.line_id;
  figures["asked"] = std::to_string(command.amount.minor);
  if (situation.line == nullptr) return refusal;
  const LineStanding& standing = situation.line->standing;
  const Balances& b = standing.balances;
  refusal.usage_bp = UsageAfterBp(standing, added);
  figures["line_id"] = situation.line->head->id;
  figures["currency"] = situation.line->head->currency;
  figures["available"] = std::to_string(Available(b));
  figures["authorised"] = std::to_string(Authorised(b));
  figures["encumbered"] = std::to_string(b.encumbered);
  figures["in_transit"] = std::to_string(b.in_transit);
  figures["net_paid"] = std::to_string(NetPaid(b));
  figures["frozen"] = std::to_string(b.frozen);
  figures["usage_bp"] = std::to_string(refusal.usage_bp);
  return refusal;
}

std::optional<Refusal> CommonGuards(const Situation& situation, const Command& command,
                                    Accepts accepts, Adds adds) {
  if (situation.line == nullptr) {
    return Refused(situation, command, Reason::kLineNotFound,
                   "there is no budget line " + command.line_id);
  }
  const LineHead& head = *situation.line->head;
  const LineStanding& standing = situation.line->standing;
  if (!command.unit_path.empty() && command.unit_path != head.unit_path) {
    // Without the line's figures: the caller was authorised for another unit only.
    return Refused({}, command, Reason::kLineNotFound,
                   "unit " + command.unit_path + " has no budget line " + command.line_id);
  }
  if (command.amount.currency != head.currency) {
    return Refused(
        situation, command, Reason::kCurrencyMismatch,
        "the amount is in " + command.amount.currency + ", the line in " + head.currency);
  }
  if (command.amount.minor <= 0) {
    return Refused(situation, command, Reason::kAmountNotPositive,
                   "the amount must be above zero, not " + std::to_string(command.amount.minor));
  }
  if (!InflowFits(standing.balances, adds.inflow) || !UsedFits(standing.balances, adds.used)) {
    return Refused(situation, command, Reason::kAmountOverflow,
                   "the line cannot hold that much: its sum would leave the range of 64 bits",
                   adds.used);
  }
  if (head.mode != command.mode) {
    const bool observed = head.mode == LineMode::kObserved;
    return Refused(situation, command, Reason::kLineModeMismatch,
                   observed
                       ? "the line is observed: its money moved elsewhere and is recorded as facts"
                       : "the line is controlled: its money moves only by commands");
  }
  if (standing.state == LineState::kClosed || command.effective_date.year() != head.fiscal_year) {
    return Refused(situation, command, Reason::kPeriodClosed,
                   standing.state == LineState::kClosed
                       ? "the line's year " + std::to_string(head.fiscal_year) + " is closed"
                       : "the date " + FormatDate(command.effective_date) +
                             " is outside the line's year " + std::to_string(head.fiscal_year));
  }
  if (!Accepted(standing.state, accepts)) {
    return Refused(situation, command, Reason::kLineNotActive,
                   "the line is " + std::string(StateName(standing.state)));
  }
  return std::nullopt;
}

Draft::Draft(const Line& line, const Command& command) : command_(command) {
  decision_.line = line;
  decision_.before = line.standing;
}

void Draft::SetCounter(const Line& counter, bool is_new) {
  decision_.counter_line = counter;
  decision_.counter_line_is_new = is_new;
}

void Draft::Post(Operation operation, int64_t amount, Account debit, Account credit) {
  PostOn(decision_.line, false, operation, amount, debit, credit);
}

void Draft::PostCounter(Operation operation, int64_t amount, Account debit, Account credit) {
  PostOn(*decision_.counter_line, true, operation, amount, debit, credit);
}

void Draft::PostOn(Line& line, bool on_counter, Operation operation, int64_t amount, Account debit,
                   Account credit) {
  LineStanding& standing = line.standing;
  const int64_t available_before = Available(standing.balances);
  Entry entry{.id = EntryId(line.head->id, standing.version + 1),
              .line_id = line.head->id,
              .line_version = standing.version + 1,
              .operation = operation,
              .amount = amount,
              .debit = debit,
              .credit = credit,
              .effective_date = command_.effective_date,
              .reservation_id = command_.reservation_id,
              .contract_id = decision_.contract_id,
              .document_no = command_.document_no};
  ApplyEntry(entry, standing.balances);
  ++standing.version;
  const int64_t available = Available(standing.balances);
  entry.overspends = available < 0 && available < available_before;
  standing.overspent = standing.overspent || entry.overspends;
  decision_.postings.push_back({std::move(entry), on_counter, standing});
  // The two entries of a linked pair name each other.
  if (on_counter && !decision_.postings.front().on_counter_line) {
    decision_.postings.front().entry.counter_entry_id = decision_.postings.back().entry.id;
    decision_.postings.back().entry.counter_entry_id = decision_.postings.front().entry.id;
  }
}

Outcome Decide(const Situation& situation, const Command& command) {
  switch (command.kind) {
    case CommandKind::kApprove:
      return DecideApprove(situation, command);
    case CommandKind::kSupplement:
      return DecideSupplement(situation, command);
    case CommandKind::kReduce:
      return DecideReduce(situation, command);
    case CommandKind::kTransfer:
      return DecideTransfer(situation, command);
    case CommandKind::kAllot:
      return DecideAllot(situation, command);
    case CommandKind::kFreeze:
      return DecideFreeze(situation, command);
    case CommandKind::kUnfreeze:
      return DecideUnfreeze(situation, command);
    case CommandKind::kEncumber:
      return DecideEncumber(situation, command);
    case CommandKind::kLiquidate:
      return DecideLiquidate(situation, command);
    case CommandKind::kReserve:
      return DecideReserve(situation, command);
    case CommandKind::kConfirm:
      return DecideConfirm(situation, command);
    case CommandKind::kPost:
      return DecidePost(situation, command);
    case CommandKind::kVoid:
    case CommandKind::kExpire:
      return DecideVoid(situation, command);
    case CommandKind::kRefund:
      return DecideRefund(situation, command);
    case CommandKind::kObservedPay:
      return DecideObservedPay(situation, command);
  }
  return Refused(situation, command, Reason::kLineNotFound, "unknown kind of command");
}

}  // namespace fiscus::budget
