#include "services/projects/testing/fake_ledger.h"

#include "libs/core/status.h"

namespace fiscus::projects::testing {
namespace {

constexpr char kDomain[] = "fiscus.budget.v1";

}  // namespace

void FakeLedger::Pay(const std::string& contract_id, int64_t amount_minor) {
  encumbered_minor[contract_id] -= amount_minor;
  net_paid_minor += amount_minor;
}

int64_t FakeLedger::Encumbered() const {
  int64_t sum = 0;
  for (const auto& [contract, amount] : encumbered_minor) sum += amount;
  return sum;
}

absl::StatusOr<LedgerView> FakeLedger::View(const Call& /*call*/, const std::string& /*project_id*/,
                                            const std::string& /*currency*/) const {
  if (mood == Mood::kSilent) return absl::UnavailableError("no answer");
  return LedgerView{.lines = lines,
                    .active_lines = active_lines,
                    .encumbered_minor = Encumbered(),
                    .in_transit_minor = in_transit_minor,
                    .net_paid_minor = net_paid_minor};
}

absl::Status FakeLedger::Encumber(const Call& /*call*/, const LedgerCommand& command) const {
  return const_cast<FakeLedger*>(this)->Act(command, true);
}

absl::Status FakeLedger::Liquidate(const Call& /*call*/, const LedgerCommand& command) const {
  return const_cast<FakeLedger*>(this)->Act(command, false);
}

absl::Status FakeLedger::Act(const LedgerCommand& command, bool encumber) {
  if (mood == Mood::kSilent) return absl::UnavailableError("no answer");
  ++commands;
  int64_t& open = encumbered_minor[command.contract_id];
  if (!done_.contains(command.request_id)) {
    if (command.contract_over) over.insert(command.contract_id);
    const int64_t amount = command.contract_over ? open : command.amount_minor;
    if (encumber && amount > available_minor) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_AVAILABLE",
                    "more than the line has", {{"available", std::to_string(available_minor)}},
                    kDomain);
    }
    if (!encumber && amount > open) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_ENCUMBRANCE",
                    "more than is open", {{"encumbrance_open", std::to_string(open)}}, kDomain);
    }
    done_.insert(command.request_id);
    open += encumber ? amount : -amount;
    available_minor += encumber ? -amount : amount;
  }
  if (mood == Mood::kLosesAnswer) return absl::DeadlineExceededError("answer lost");
  return absl::OkStatus();
}

}  // namespace fiscus::projects::testing
