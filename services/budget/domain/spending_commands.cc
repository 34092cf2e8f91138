// Commands that spend: encumber, liquidate, reserve, confirm, post, void, expire, refund; and
// payments made elsewhere.
#include <algorithm>
#include <utility>

#include "services/budget/domain/guards.h"

namespace fiscus::budget {
namespace {

std::string Text(int64_t minor, const Command& command) {
  return FormatMoney(minor, command.amount.currency);
}

std::optional<Refusal> ProjectGuard(const Situation& situation, const Command& command,
                                    int64_t added) {
  const std::string& project_id = situation.line->head->project_id;
  if (command.mode == LineMode::kObserved || command.project_id == project_id) return std::nullopt;
  Refusal refusal = Refused(situation, command, Reason::kProjectMismatch,
                            "the line belongs to project " + project_id, added);
  refusal.figures["project_id"] = project_id;
  return refusal;
}

// EXCEEDS_AVAILABLE.
std::optional<Refusal> AvailableGuard(const Situation& situation, const Command& command) {
  const int64_t available = Available(situation.line->standing.balances);
  const int64_t asked = command.amount.minor;
  if (command.mode == LineMode::kObserved || asked <= available) return std::nullopt;
  return Refused(situation, command, Reason::kExceedsAvailable,
                 "the line has " + Text(available, command) + " available, " +
                     Text(asked, command) + " were asked",
                 asked);
}

// EXCEEDS_ENCUMBRANCE: more than is open under the contract.
std::optional<Refusal> EncumbranceGuard(const Situation& situation, const Command& command) {
  if (command.amount.minor <= situation.encumbrance.open) return std::nullopt;
  Refusal refusal =
      Refused(situation, command, Reason::kExceedsEncumbrance,
              (command.contract_id.empty() ? "the line has " : "the contract has ") +
                  Text(situation.encumbrance.open, command) + " of open encumbrance, " +
                  Text(command.amount.minor, command) + " were asked");
  refusal.figures["encumbrance_open"] = std::to_string(situation.encumbrance.open);
  if (!command.contract_id.empty()) refusal.figures["contract_id"] = command.contract_id;
  return refusal;
}

// TOLERANCE_BLOCK, or the notices into `notices`. `standing` is the line after the command.
std::optional<Refusal> ToleranceGuard(const Situation& situation, const Command& command,
                                      ToleranceGroup group, int64_t usage_bp, int64_t added,
                                      std::vector<ToleranceNotice>& notices) {
  const ToleranceProfile& profile =
      situation.tolerance != nullptr ? *situation.tolerance : DefaultProfile();
  notices = LimitsPassed(profile, group, usage_bp);
  if (command.mode == LineMode::kObserved) return std::nullopt;  // a fact is not refused
  for (const ToleranceNotice& notice : notices) {
    if (notice.limit.action != ToleranceAction::kBlock) continue;
    Refusal refusal = Refused(situation, command, Reason::kToleranceBlock,
                              "the line's use would reach " + std::to_string(usage_bp) +
                                  " basis points; profile \"" + profile.name + "\" blocks above " +
                                  std::to_string(notice.limit.usage_bp),
                              added);
    refusal.figures["limit_bp"] = std::to_string(notice.limit.usage_bp);
    refusal.figures["tolerance_profile"] = profile.name;
    return refusal;
  }
  return std::nullopt;
}

// RESERVATION_NOT_FOUND; also for a reservation without its line: it was made after the lines of
// this command were looked up and locked, so the command came before it.
std::optional<Refusal> ReservationMissing(const Situation& situation, const Command& command) {
  if (situation.reservation != nullptr && situation.line != nullptr) return std::nullopt;
  Refusal refusal = Refused(situation, command, Reason::kReservationNotFound,
                            "there is no reservation " + command.reservation_id);
  refusal.figures["reservation_id"] = command.reservation_id;
  return refusal;
}

std::string_view StateName(ReservationState state) {
  switch (state) {
    case ReservationState::kPending:
      return "pending";
    case ReservationState::kPosted:
      return "posted";
    case ReservationState::kVoided:
      return "voided";
    case ReservationState::kExpired:
      return "expired";
  }
  return "unknown";
}

Refusal Resolved(const Situation& situation, const Command& command) {
  const std::string state(StateName(situation.reservation->state));
  Refusal refusal = Refused(situation, command, Reason::kReservationResolved,
                            "the reservation was already " + state);
  refusal.figures["reservation_id"] = situation.reservation->id;
  refusal.figures["reservation_state"] = state;
  return refusal;
}

// Where money under a contract, or under none, is taken from.
Account OriginOf(const std::string& contract_id) {
  return contract_id.empty() ? Account::kExecutable : Account::kEncumbered;
}

// Where the reservation's money goes back to: where it came from, unless its contract is over.
Account ReturnOf(const Situation& situation) {
  return situation.encumbrance.over ? Account::kExecutable
                                    : OriginOf(situation.reservation->contract_id);
}

// A draft about the situation's reservation.
Draft ReservationDraft(const Situation& situation, const Command& command) {
  Draft draft(*situation.line, command);
  draft.decision().reservation = *situation.reservation;
  draft.decision().contract_id = situation.reservation->contract_id;
  return draft;
}

// Puts `amount` back under the reservation's contract, if it has one that is not over.
void Restore(const Situation& situation, Decision& decision, int64_t amount) {
  if (ReturnOf(situation) == Account::kEncumbered) {
    decision.encumbrance = Encumbrance{.open = situation.encumbrance.open + amount};
  }
}

}  // namespace

Outcome DecideEncumber(const Situation& situation, const Command& command) {
  const int64_t asked = command.amount.minor;
  if (auto refusal = CommonGuards(situation, command, Accepts::kActive, {.used = asked})) {
    return *std::move(refusal);
  }
  if (auto refusal = ProjectGuard(situation, command, asked)) return *std::move(refusal);
  if (auto refusal = AvailableGuard(situation, command)) return *std::move(refusal);
  Draft draft(*situation.line, command);
  if (auto refusal = ToleranceGuard(situation, command, ToleranceGroup::kCommit,
                                    UsageAfterBp(situation.line->standing, asked), asked,
                                    draft.decision().notices)) {
    return *std::move(refusal);
  }
  if (situation.encumbrance.over) {
    Refusal refusal =
        Refused(situation, command, Reason::kContractOver,
                "contract " + command.contract_id + " was closed or terminated", asked);
    refusal.figures["contract_id"] = command.contract_id;
    return refusal;
  }
  draft.decision().contract_id = command.contract_id;
  draft.decision().encumbrance = Encumbrance{.open = situation.encumbrance.open + asked};
  draft.Post(Operation::kEncumber, asked, Account::kEncumbered, Account::kExecutable);
  return draft.Take();
}

namespace {

// Releases what is open, if anything, and lets nothing back.
Outcome LiquidateForGood(const Situation& situation, const Command& asked) {
  const int64_t open = situation.encumbrance.open;
  Command command = asked;
  if (situation.line != nullptr) {
    const LineHead& head = *situation.line->head;
    if (situation.encumbrance.over) return Draft(*situation.line, command).Take();
    command.amount = {.minor = std::max<int64_t>(open, 1), .currency = head.currency};
    command.effective_date =
        std::min(command.effective_date, absl::CivilDay(head.fiscal_year, 12, 31));
  }
  const bool fits = situation.line != nullptr && situation.line->head->mode == command.mode;
  if (open > 0 || !fits) {
    if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
      return *std::move(refusal);
    }
  }
  Draft draft(*situation.line, command);
  draft.decision().contract_id = command.contract_id;
  draft.decision().encumbrance = Encumbrance{.over = true};
  if (open > 0) {
    draft.Post(Operation::kLiquidate, open, Account::kExecutable, Account::kEncumbered);
  }
  return draft.Take();
}

}  // namespace

Outcome DecideLiquidate(const Situation& situation, const Command& command) {
  if (command.contract_over) return LiquidateForGood(situation, command);
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  if (auto refusal = EncumbranceGuard(situation, command)) return *std::move(refusal);
  Draft draft(*situation.line, command);
  draft.decision().contract_id = command.contract_id;
  draft.decision().encumbrance =
      Encumbrance{.open = situation.encumbrance.open - command.amount.minor};
  draft.Post(Operation::kLiquidate, command.amount.minor, Account::kExecutable,
             Account::kEncumbered);
  return draft.Take();
}

namespace {

// What already stands under the reservation's id: RESERVATION_RESOLVED or RESERVATION_EXISTS.
Refusal ReservationTaken(const Situation& situation, const Command& command, bool same) {
  if (same) return Resolved(situation, command);
  Refusal refusal = Refused(
      situation, command, Reason::kReservationExists,
      "a reservation " + command.reservation_id + " exists with another line, contract or amount");
  refusal.figures["reservation_id"] = command.reservation_id;
  return refusal;
}

}  // namespace

Outcome DecideReserve(const Situation& situation, const Command& command) {
  const bool by_contract = !command.contract_id.empty();
  const int64_t asked = command.amount.minor;
  const int64_t added = by_contract ? 0 : asked;
  const Reservation* stored = situation.reservation;
  const bool same = stored != nullptr && situation.line != nullptr &&
                    stored->line_id == command.line_id &&
                    stored->contract_id == command.contract_id && stored->amount == asked &&
                    situation.line->head->currency == command.amount.currency;
  if (same && stored->state == ReservationState::kPending) {
    return ReservationDraft(situation, command).Take();
  }
  if (auto refusal = CommonGuards(situation, command, Accepts::kActive, {.used = added})) {
    return *std::move(refusal);
  }
  if (auto refusal = ProjectGuard(situation, command, added)) return *std::move(refusal);
  if (auto refusal =
          by_contract ? EncumbranceGuard(situation, command) : AvailableGuard(situation, command)) {
    return *std::move(refusal);
  }
  Draft draft(*situation.line, command);
  if (auto refusal = ToleranceGuard(situation, command, ToleranceGroup::kPay,
                                    UsageAfterBp(situation.line->standing, added), added,
                                    draft.decision().notices)) {
    return *std::move(refusal);
  }
  if (stored != nullptr) return ReservationTaken(situation, command, same);
  Decision& decision = draft.decision();
  decision.contract_id = command.contract_id;
  if (by_contract) decision.encumbrance = Encumbrance{.open = situation.encumbrance.open - asked};
  decision.reservation = Reservation{.id = command.reservation_id,
                                     .line_id = command.line_id,
                                     .contract_id = command.contract_id,
                                     .amount = asked,
                                     .effective_date = command.effective_date,
                                     .expires_at = command.expires_at};
  decision.reservation_changed = true;
  draft.Post(Operation::kReserve, asked, Account::kInTransit, OriginOf(command.contract_id));
  return draft.Take();
}

Outcome DecideConfirm(const Situation& situation, const Command& command) {
  if (auto refusal = ReservationMissing(situation, command)) return *std::move(refusal);
  if (situation.reservation->state != ReservationState::kPending) {
    return Resolved(situation, command);
  }
  Draft draft = ReservationDraft(situation, command);
  Decision& decision = draft.decision();
  decision.reservation_changed = decision.reservation->expires_at != absl::InfiniteFuture();
  decision.reservation->expires_at = absl::InfiniteFuture();
  return draft.Take();
}

Outcome DecidePost(const Situation& situation, const Command& command) {
  if (auto refusal = ReservationMissing(situation, command)) return *std::move(refusal);
  const Reservation& stored = *situation.reservation;
  const int64_t paid = command.amount.minor;
  if (stored.state == ReservationState::kPosted && stored.posted == paid &&
      command.amount.currency == situation.line->head->currency) {
    return ReservationDraft(situation, command).Take();
  }
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  if (stored.state != ReservationState::kPending) return Resolved(situation, command);
  if (paid > stored.amount) {
    Refusal refusal = Refused(situation, command, Reason::kExceedsReservation,
                              Text(stored.amount, command) + " were reserved, " +
                                  Text(paid, command) + " were to be posted");
    refusal.figures["reserved"] = std::to_string(stored.amount);
    return refusal;
  }
  Draft draft = ReservationDraft(situation, command);
  Decision& decision = draft.decision();
  decision.reservation->state = ReservationState::kPosted;
  decision.reservation->posted = paid;
  decision.reservation->expires_at = absl::InfiniteFuture();
  decision.reservation_changed = true;
  draft.Post(Operation::kPost, paid, Account::kPaid, Account::kInTransit);
  if (const int64_t rest = stored.amount - paid; rest > 0) {
    Restore(situation, decision, rest);
    draft.Post(Operation::kVoid, rest, ReturnOf(situation), Account::kInTransit);
  }
  return draft.Take();
}

Outcome DecideVoid(const Situation& situation, const Command& asked) {
  if (auto refusal = ReservationMissing(situation, asked)) return *std::move(refusal);
  const Reservation& stored = *situation.reservation;
  const bool expires = asked.kind == CommandKind::kExpire;
  Command command = asked;
  command.amount = {.minor = stored.amount, .currency = situation.line->head->currency};
  if (expires) command.effective_date = stored.effective_date;
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  if (stored.state != ReservationState::kPending) return Resolved(situation, command);
  if (expires && stored.expires_at == absl::InfiniteFuture()) {
    Refusal refusal = Resolved(situation, command);
    refusal.message = "the reservation's payment was ordered: it does not expire";
    return refusal;
  }
  Draft draft = ReservationDraft(situation, command);
  Decision& decision = draft.decision();
  decision.reservation->state = expires ? ReservationState::kExpired : ReservationState::kVoided;
  decision.reservation->expires_at = absl::InfiniteFuture();
  decision.reservation_changed = true;
  Restore(situation, decision, stored.amount);
  draft.Post(expires ? Operation::kExpire : Operation::kVoid, stored.amount, ReturnOf(situation),
             Account::kInTransit);
  return draft.Take();
}

namespace {

Refusal ExceedsPaid(const Situation& situation, const Command& command, int64_t refundable) {
  Refusal refusal =
      Refused(situation, command, Reason::kExceedsPaid,
              "at most " + Text(refundable, command) + " can come back: paid and not yet refunded");
  refusal.figures["refundable"] = std::to_string(refundable);
  return refusal;
}

// A refund on an observed line names no payment: it goes back to the executable budget.
Outcome ObservedRefund(const Situation& situation, const Command& command) {
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {})) {
    return *std::move(refusal);
  }
  const int64_t refundable = NetPaid(situation.line->standing.balances);
  if (command.amount.minor > refundable) return ExceedsPaid(situation, command, refundable);
  Draft draft(*situation.line, command);
  draft.Post(Operation::kRefund, command.amount.minor, Account::kExecutable, Account::kRefunded);
  return draft.Take();
}

}  // namespace

Outcome DecideRefund(const Situation& situation, const Command& command) {
  if (command.mode == LineMode::kObserved) return ObservedRefund(situation, command);
  if (auto refusal = ReservationMissing(situation, command)) return *std::move(refusal);
  const Reservation& stored = *situation.reservation;
  // What goes back under a contract is encumbered again: it is still held by the line, once paid
  // and once more encumbered.
  const bool held = ReturnOf(situation) == Account::kEncumbered;
  const int64_t added = held ? command.amount.minor : 0;
  if (auto refusal = CommonGuards(situation, command, Accepts::kOpen, {.used = added})) {
    return *std::move(refusal);
  }
  const int64_t refundable = stored.posted - stored.refunded;
  if (command.amount.minor > refundable) return ExceedsPaid(situation, command, refundable);
  Draft draft = ReservationDraft(situation, command);
  Decision& decision = draft.decision();
  decision.reservation->refunded += command.amount.minor;
  decision.reservation_changed = true;
  Restore(situation, decision, command.amount.minor);
  draft.Post(Operation::kRefund, command.amount.minor, ReturnOf(situation), Account::kRefunded);
  return draft.Take();
}

Outcome DecideObservedPay(const Situation& situation, const Command& command) {
  const int64_t paid = command.amount.minor;
  const int64_t open = situation.encumbrance.open;
  const int64_t from_encumbrance = std::clamp<int64_t>(paid, 0, open);
  const int64_t added = std::max<int64_t>(paid - from_encumbrance, 0);
  if (auto refusal = CommonGuards(situation, command, Accepts::kActive, {.used = added})) {
    return *std::move(refusal);
  }
  Draft draft(*situation.line, command);
  ToleranceGuard(situation, command, ToleranceGroup::kPay,
                 UsageAfterBp(situation.line->standing, added), added, draft.decision().notices);
  if (from_encumbrance > 0) {
    draft.decision().encumbrance = Encumbrance{.open = open - from_encumbrance};
    draft.Post(Operation::kObservedPay, from_encumbrance, Account::kPaid, Account::kEncumbered);
  }
  if (added > 0) {
    draft.Post(Operation::kObservedPay, added, Account::kPaid, Account::kExecutable);
  }
  return draft.Take();
}

}  // namespace fiscus::budget
