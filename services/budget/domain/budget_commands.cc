// Commands on the budget itself: approve, supplement, reduce, transfer, allot, freeze, unfreeze.
#include <utility>

#include "libs/core/dates.h"
#include "libs/core/text.h"
#include "services/budget/domain/guards.h"

namespace fiscus::budget {
namespace {

std::string Asked(const Command& command) {
  return FormatMoney(command.amount.minor, command.amount.currency);
}

std::string AvailableText(const Line& line) {
  return FormatMoney(Available(line.standing.balances), line.head->currency);
}

// True if the stored line is the one that the command would make.
bool IsSameLine(const Line& stored, const LineHead& wanted, int64_t received, int64_t amount) {
  return *stored.head == wanted && received == amount;
}

std::optional<Refusal> NewLineTaken(const Situation& situation, const Command& command) {
  if (situation.new_line == nullptr && !situation.code_taken) return std::nullopt;
  Refusal refusal =
      Refused(situation, command, Reason::kLineExists,
              situation.new_line != nullptr
                  ? "a line with id " + command.new_line->id + " exists with other content"
                  : "the year " + std::to_string(command.new_line->fiscal_year) +
                        " has a line with code " + command.new_line->code);
  refusal.figures["line_id"] = command.new_line->id;
  refusal.figures["code"] = command.new_line->code;
  return refusal;
}

}  // namespace

Outcome DecideApprove(const Situation& situation, const Command& command) {
  const LineHead& head = *command.new_line;
  const Line* stored = situation.new_line;
  if (stored != nullptr &&
      IsSameLine(*stored, head, stored->standing.balances.approved, command.amount.minor)) {
    return Draft(*stored, command).Take();
  }
  const auto refuse = [&](Reason reason, std::string message) {
    Refusal refusal = Refused(situation, command, reason, std::move(message));
    refusal.figures["line_id"] = head.id;
    return refusal;
  };
  if (command.amount.currency != head.currency) {
    return refuse(Reason::kCurrencyMismatch,
                  "the amount is in " + command.amount.currency + ", the line in " + head.currency);
  }
  if (command.amount.minor <= 0) {
    return refuse(Reason::kAmountNotPositive,
                  "the amount must be above zero, not " + std::to_string(command.amount.minor));
  }
  if (command.effective_date.year() != head.fiscal_year) {
    return refuse(Reason::kPeriodClosed, "the date " + FormatDate(command.effective_date) +
                                             " is outside the line's year " +
                                             std::to_string(head.fiscal_year));
  }
  if (auto taken = NewLineTaken(situation, command)) return *std::move(taken);
  if (situation.tolerance == nullptr) {
    return refuse(Reason::kProfileNotFound,
                  "there is no tolerance profile \"" + head.tolerance_profile + "\"");
  }
  Line line{.head = command.new_line, .standing = {.state = command.new_state}};
  Draft draft(line, command);
  draft.decision().line_is_new = true;
  draft.Post(Operation::kApprove, command.amount.minor, HoldingAccount(command.new_state),
             Account::kBudgetSource);
  return draft.Take();
}

namespace {

std::optional<Refusal> VersionGuard(const Situation& situation, const Command& command) {
  const int64_t version = situation.line->standing.version;
  if (command.expected_version == 0 || command.expected_version == version) return std::nullopt;
  Refusal refusal =
      Refused(situation, command, Reason::kVersionMismatch,
              "the line has version " + std::to_string(version) + ", not " +
                  std::to_string(command.expected_version) + ": read it again and decide anew");
  refusal.figures["version"] = std::to_string(version);
  return refusal;
}

}  // namespace

Outcome DecideSupplement(const Situation& situation, const Command& command) {
  if (auto refusal =
          CommonGuards(situation, command, Accepts::kOpen, {.inflow = command.amount.minor})) {
    return *std::move(refusal);
  }
  if (auto refusal = VersionGuard(situation, command)) return *std::move(refusal);
  Draft draft(*situation.line, command);
  draft.Post(Operation::kSupplement, command.amount.minor,
             HoldingAccount(situation.line->standing.state), Account::kBudgetSource);
  return draft.Take();
}

Outcome DecideReduce(const Situation& situation, const Command& command) {
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  const Balances& b = situation.line->standing.balances;
  // An observed line may be reduced below what is used (a fact), but not below nothing.
  const int64_t reducible = command.mode == LineMode::kObserved ? Authorised(b) : Available(b);
  if (command.amount.minor > reducible) {
    return Refused(situation, command, Reason::kBelowCommitments,
                   "a reduction by " + Asked(command) + " would go below what is used: only " +
                       FormatMoney(reducible, command.amount.currency) + " can be taken back");
  }
  if (auto refusal = VersionGuard(situation, command)) return *std::move(refusal);
  Draft draft(*situation.line, command);
  draft.Post(Operation::kReduce, command.amount.minor, Account::kBudgetSource,
             HoldingAccount(situation.line->standing.state));
  return draft.Take();
}

Outcome DecideTransfer(const Situation& situation, const Command& command) {
  if (auto refusal = CommonGuards(situation, command, Accepts::kActive, {})) {
    return *std::move(refusal);
  }
  // The receiving line by the same guards; its currency and year are judged as a pair below.
  Situation receiving = situation;
  receiving.line = situation.counter_line;
  Command receive = command;
  receive.line_id = command.counter_line_id;
  if (situation.counter_line != nullptr) {
    receive.amount.currency = situation.counter_line->head->currency;
  }
  if (auto refusal =
          CommonGuards(receiving, receive, Accepts::kActive, {.inflow = command.amount.minor})) {
    return *std::move(refusal);
  }
  const Line& from = *situation.line;
  const Line& to = *situation.counter_line;
  if (command.amount.minor > Available(from.standing.balances)) {
    return Refused(situation, command, Reason::kExceedsAvailable,
                   "the giving line has " + AvailableText(from) + " available, " + Asked(command) +
                       " were to be transferred");
  }
  if (from.head->classification.fund_nature != to.head->classification.fund_nature ||
      from.head->classification.direct_fund != to.head->classification.direct_fund) {
    return Refused(situation, command, Reason::kFundNatureMismatch,
                   "the two lines differ in the nature of their funds or in the direct-fund flag");
  }
  // Both years equal that of the date by now.
  if (from.head->id == to.head->id || from.head->currency != to.head->currency) {
    return Refused(situation, command, Reason::kLinesDoNotFit,
                   "a transfer needs two different lines of one currency");
  }
  Draft draft(from, command);
  draft.SetCounter(to, /*is_new=*/false);
  draft.Post(Operation::kTransferOut, command.amount.minor, Account::kTransferClearing,
             Account::kExecutable);
  draft.PostCounter(Operation::kTransferIn, command.amount.minor, Account::kExecutable,
                    Account::kTransferClearing);
  return draft.Take();
}

namespace {

// The child as it is stored: classification, year, currency, mode and tolerance are the parent's
// (L9).
LineHead InheritedChild(const LineHead& parent, const LineHead& asked) {
  LineHead child = parent;
  child.id = asked.id;
  child.code = asked.code;
  child.unit_path = asked.unit_path;
  child.project_id = asked.project_id;
  child.document_no = asked.document_no;
  child.parent_line_id = parent.id;
  return child;
}

}  // namespace

Outcome DecideAllot(const Situation& situation, const Command& command) {
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  const Line& parent = *situation.line;
  const LineHead child = InheritedChild(*parent.head, *command.new_line);
  const Line* stored = situation.new_line;
  if (stored != nullptr &&
      IsSameLine(*stored, child, stored->standing.balances.allotted_in, command.amount.minor)) {
    Draft unchanged(parent, command);
    unchanged.SetCounter(*stored, /*is_new=*/false);
    return unchanged.Take();
  }
  if (parent.standing.state == LineState::kFrozen) {
    return Refused(situation, command, Reason::kLineNotActive, "the line is frozen");
  }
  if (!parent.head->project_id.empty() && child.project_id != parent.head->project_id) {
    return Refused(situation, command, Reason::kProjectMismatch,
                   "the line belongs to project " + parent.head->project_id);
  }
  if (command.amount.minor > Available(parent.standing.balances)) {
    return Refused(situation, command, Reason::kExceedsAvailable,
                   "the line has " + AvailableText(parent) + " left to allot, " + Asked(command) +
                       " were asked");
  }
  if (auto taken = NewLineTaken(situation, command)) return *std::move(taken);
  if (parent.standing.state != LineState::kPendingAllotment ||
      !IsWithin(child.unit_path, parent.head->unit_path)) {
    return Refused(
        situation, command, Reason::kLinesDoNotFit,
        parent.standing.state != LineState::kPendingAllotment
            ? "the line is executable: there is nothing to allot"
            : "unit " + child.unit_path + " is not at or below " + parent.head->unit_path);
  }
  Draft draft(parent, command);
  const LineState state =
      child.project_id.empty() ? LineState::kPendingAllotment : LineState::kActive;
  draft.SetCounter({.head = std::make_shared<const LineHead>(child), .standing = {.state = state}},
                   /*is_new=*/true);
  draft.Post(Operation::kAllotDown, command.amount.minor, Account::kAllotmentClearing,
             Account::kPendingAllotment);
  draft.PostCounter(Operation::kAllotIn, command.amount.minor, HoldingAccount(state),
                    Account::kAllotmentClearing);
  return draft.Take();
}

Outcome DecideFreeze(const Situation& situation, const Command& command) {
  if (auto refusal = CommonGuards(situation, command, Accepts::kActiveOrPending,
                                  {.used = command.amount.minor})) {
    return *std::move(refusal);
  }
  const Line& line = *situation.line;
  if (command.amount.minor > Available(line.standing.balances)) {
    return Refused(situation, command, Reason::kExceedsAvailable,
                   "the line has " + AvailableText(line) + " available, " + Asked(command) +
                       " were to be frozen");
  }
  Draft draft(line, command);
  draft.Post(Operation::kFreeze, command.amount.minor, Account::kFrozen,
             HoldingAccount(line.standing.state));
  return draft.Take();
}

Outcome DecideUnfreeze(const Situation& situation, const Command& command) {
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  const Line& line = *situation.line;
  if (command.amount.minor > line.standing.balances.frozen) {
    return Refused(situation, command, Reason::kExceedsFrozen,
                   FormatMoney(line.standing.balances.frozen, line.head->currency) +
                       " are frozen, " + Asked(command) + " were to be released");
  }
  Draft draft(line, command);
  draft.Post(Operation::kUnfreeze, command.amount.minor, HoldingAccount(line.standing.state),
             Account::kFrozen);
  return draft.Take();
}

}  // namespace fiscus::budget
