// The planted bugs that lie around the ledger's decision: the situation is falsified before, or the
// decision after.
#include "tests/sim/world/budget_shell.h"

namespace fiscus::sim {

using budget::CommandKind;
using budget::ReservationState;

namespace {

// Adds to what a line has, so that its guard lets more pass.
void Raise(budget::Book& book, const std::string& line_id, int64_t by) {
  const budget::Line* found = book.FindLine(line_id);
  if (found == nullptr) return;
  budget::Line line = *found;
  line.standing.balances.approved += by;
  book.AddLine(line);
}

void Reopen(budget::Book& book, const std::string& id, ReservationState from, absl::Time expires) {
  const budget::Reservation* found = book.FindReservation(id);
  if (found == nullptr || found->state != from) return;
  budget::Reservation hold = *found;
  hold.state = ReservationState::kPending;
  hold.expires_at = expires;
  book.AddReservation(hold);
}

}  // namespace

budget::Outcome BudgetShell::ExecuteWithBug(budget::Command& command, Tx& tx) {
  const CommandKind kind = command.kind;
  const bool reserves = kind == CommandKind::kReserve;
  budget::Book& book = tx.book;
  switch (bugs_.planted) {
    case Bug::kPostedTwice:
      if (kind == CommandKind::kPost) {
        Reopen(book, command.reservation_id, ReservationState::kPosted, absl::InfiniteFuture());
      }
      break;
    case Bug::kReleasedTwice:
      if (kind == CommandKind::kVoid) {
        Reopen(book, command.reservation_id, ReservationState::kVoided, absl::InfiniteFuture());
      }
      break;
    case Bug::kExpiresConfirmed:
      if (kind == CommandKind::kExpire) {
        Reopen(book, command.reservation_id, ReservationState::kPending, absl::UnixEpoch());
      }
      break;
    case Bug::kStaleVersionAccepted:
      command.expected_version = 0;
      break;
    case Bug::kCurrencyIgnored:
      if (const budget::Line* line = book.FindLine(command.line_id)) {
        command.amount.currency = line->head->currency;
      }
      break;
    case Bug::kRoundedToYuan:
      if (kind == CommandKind::kPost && command.amount.minor >= 100) {
        command.amount.minor -= command.amount.minor % 100;
      }
      break;
    case Bug::kAvailableOffByOne:
      if (reserves && command.contract_id.empty()) {
        Raise(book, command.line_id, 1);
        const budget::Outcome outcome = book.Execute(command);
        Raise(book, command.line_id, -1);
        return outcome;
      }
      break;
    case Bug::kEncumbranceIgnored:
      if (reserves && !command.contract_id.empty()) {
        budget::Encumbrance raised = book.EncumbranceOf(command.line_id, command.contract_id);
        raised.open += command.amount.minor;
        book.AddEncumbrance(command.line_id, command.contract_id, raised);
        return book.Execute(command);
      }
      break;
    default:
      break;
  }
  return Execute(command, tx);
}

budget::Outcome BudgetShell::Execute(budget::Command& command, Tx& tx) {
  budget::Book& book = tx.book;
  budget::Outcome outcome = book.Execute(command);
  auto* decision = std::get_if<budget::Decision>(&outcome);
  if (decision == nullptr) return outcome;
  const bool pair = decision->postings.size() == 2;
  if (bugs_.Has(Bug::kRestForgotten) && command.kind == CommandKind::kPost && pair) {
    decision->postings.pop_back();
    decision->line.standing = decision->postings[0].after;
    book.AddLine(decision->line);
  }
  if (bugs_.Has(Bug::kTransferOneLeg) && command.kind == CommandKind::kTransfer && pair) {
    decision->postings.pop_back();
    book.AddLine(*durable_.FindLine(command.counter_line_id));
  }
  if (bugs_.Has(Bug::kRefundForgetsContract) && command.kind == CommandKind::kRefund &&
      decision->encumbrance.has_value()) {
    decision->encumbrance->open -= command.amount.minor;
    book.AddEncumbrance(decision->line.head->id, decision->contract_id, *decision->encumbrance);
  }
  if (bugs_.Has(Bug::kStandingLags) && command.kind == CommandKind::kEncumber) {
    budget::Line line = decision->line;
    line.standing.balances.encumbered -= command.amount.minor;
    book.AddLine(line);
  }
  return outcome;
}

}  // namespace fiscus::sim
