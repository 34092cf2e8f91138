#include "tests/sim/world/budget_words.h"

#include <algorithm>
#include <map>
#include <memory>

namespace fiscus::sim {
namespace {

using budget::CommandKind;

const std::map<std::string, CommandKind>& Kinds() {
  static const std::map<std::string, CommandKind> kKinds = {
      {"APPROVE", CommandKind::kApprove},
      {"SUPPLEMENT", CommandKind::kSupplement},
      {"REDUCE", CommandKind::kReduce},
      {"TRANSFER", CommandKind::kTransfer},
      {"FREEZE", CommandKind::kFreeze},
      {"UNFREEZE", CommandKind::kUnfreeze},
      {"ENCUMBER", CommandKind::kEncumber},
      {"LIQUIDATE", CommandKind::kLiquidate},
      {"END_CONTRACT", CommandKind::kLiquidate},
      {"RESERVE", CommandKind::kReserve},
      {"CONFIRM", CommandKind::kConfirm},
      {"POST", CommandKind::kPost},
      {"VOID", CommandKind::kVoid},
      {"EXPIRE", CommandKind::kExpire},
      {"REFUND", CommandKind::kRefund},
      {"OBSERVED_PAY", CommandKind::kObservedPay}};
  return kKinds;
}

const absl::CivilDay kEpoch(1970, 1, 1);
constexpr int kYear = 2026;

std::shared_ptr<const budget::LineHead> HeadOf(const trace::LedgerCommand& c) {
  budget::LineHead head{.id = c.line,
                        .code = "code-" + c.line,
                        .document_no = "doc",
                        .unit_path = "/33/edu/",
                        .project_id = c.project,
                        .fiscal_year = kYear,
                        .currency = c.currency};
  head.mode = c.observed ? budget::LineMode::kObserved : budget::LineMode::kControlled;
  head.classification.fund_nature = "general";
  head.tolerance_profile = ProfileName(c.block_bp);
  return std::make_shared<const budget::LineHead>(std::move(head));
}

}  // namespace

absl::CivilDay DateAt(int64_t now_ms) { return absl::CivilDay(2026, 1, 5) + now_ms / kDayMs; }
int32_t DayNumber(absl::CivilDay day) { return static_cast<int32_t>(day - kEpoch); }
absl::CivilDay DayOf(int32_t number) { return kEpoch + number; }

std::string ProfileName(int block_bp) {
  return block_bp == 0 ? "default" : "block-" + std::to_string(block_bp);
}

budget::ToleranceProfile ProfileOf(int block_bp) {
  using budget::ToleranceAction;
  using budget::ToleranceGroup;
  return {.name = ProfileName(block_bp),
          .limits = {{ToleranceGroup::kCommit, block_bp, ToleranceAction::kBlock},
                     {ToleranceGroup::kPay, 8500, ToleranceAction::kWarn},
                     {ToleranceGroup::kPay, block_bp, ToleranceAction::kBlock}}};
}

budget::Command CommandOf(const trace::LedgerCommand& c, int64_t now_ms) {
  budget::Command command;
  command.kind = Kinds().at(c.kind);
  command.mode = c.observed ? budget::LineMode::kObserved : budget::LineMode::kControlled;
  command.line_id = c.line;
  command.counter_line_id = c.counter;
  command.reservation_id = c.reservation;
  command.contract_id = c.contract;
  command.contract_over = c.kind == "END_CONTRACT";
  command.project_id = c.project;
  command.amount = {c.amount, c.currency};
  command.effective_date = std::min(DateAt(now_ms) + c.days_ahead, absl::CivilDay(kYear, 12, 31));
  command.document_no = "doc";
  command.expected_version = c.expected_version;
  if (c.kind == "APPROVE") {
    command.new_line = HeadOf(c);
    command.line_id.clear();
  }
  return command;
}

trace::Entry EntryOf(const budget::Entry& e, const std::string& request_id) {
  return {.line = e.line_id,
          .operation = std::string(budget::OperationName(e.operation)),
          .debit = std::string(budget::AccountName(e.debit)),
          .credit = std::string(budget::AccountName(e.credit)),
          .reservation = e.reservation_id,
          .contract = e.contract_id,
          .request_id = request_id,
          .version = e.line_version,
          .amount = e.amount};
}

trace::Standing StandingOf(const std::string& line, const budget::LineStanding& standing) {
  const budget::Balances& b = standing.balances;
  return {.line = line,
          .version = standing.version,
          .authorised = budget::Authorised(b),
          .frozen = b.frozen,
          .encumbered = b.encumbered,
          .in_transit = b.in_transit,
          .paid = b.paid,
          .refunded = b.refunded};
}

std::string_view StateName(budget::ReservationState state) {
  switch (state) {
    case budget::ReservationState::kPending:
      return "PENDING";
    case budget::ReservationState::kPosted:
      return "POSTED";
    case budget::ReservationState::kVoided:
      return "VOIDED";
    case budget::ReservationState::kExpired:
      return "EXPIRED";
  }
  return "";
}

trace::Hold HoldOf(const budget::Reservation& r) {
  return {.id = r.id,
          .line = r.line_id,
          .contract = r.contract_id,
          .state = std::string(StateName(r.state)),
          .amount = r.amount,
          .posted = r.posted,
          .refunded = r.refunded};
}

}  // namespace fiscus::sim
