#include "services/projects/domain/contract.h"
#include "libs/core/status.h"

#include <catch2/catch.hpp>

#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

using C = ContractCommand;
using S = ContractState;

Project Executing() { return FileIn(ProjectState::kExecuting).project; }

ContractStep Step(C command) {
  return {
      .command = command, .effective_date = kDay, .settlement_minor = 480'000, .actor = kOtherUser};
}

Modification Change(int64_t delta_minor) {
  return {.modification_id = "m1",
          .contract_id = "c1",
          .delta_minor = delta_minor,
          .reason = "rock",
          .drafted_by = kUnitUser};
}

absl::StatusOr<ContractChange> Decide(const Project& project, const Contract& contract,
                                      const ContractStep& step, bool work_complete) {
  RETURN_IF_ERROR(Check(project, contract, step, work_complete));
  return Take(contract, step);
}

absl::StatusOr<ContractChange> Approve(const Project& project, const Contract& contract,
                                       const Modification& modification, std::string_view actor) {
  RETURN_IF_ERROR(CheckApproval(project, contract, modification, 0, actor));
  return MakeEffective(contract, modification, kDay, actor);
}

}  // namespace

// Goal: the table is the law. Method: every command from every state, against the table's rows.
TEST_CASE("Every contract command starts from the table's states and no other",
          "[projects][domain]") {
  CHECK(ContractTransitions().size() == kContractCommands - 1);
  for (const ContractTransition& row : ContractTransitions()) {
    for (int state = 1; state < kContractStates; ++state) {
      INFO(Name(row.command) << " from " << Name(static_cast<S>(state)));
      const Contract contract = ContractIn(static_cast<S>(state));
      const auto change = Decide(Executing(), contract, Step(row.command), true);
      if ((row.from & (1U << state)) == 0) {
        CHECK(ReasonOf(change.status()) == "WRONG_STATE");
        continue;
      }
      REQUIRE(change.ok());
      CHECK(change->after.state == row.to);
      CHECK(change->after.version == contract.version + 1);
      CHECK(std::get<ContractStateChanged>(change->event).from == static_cast<S>(state));
      CHECK(std::get<ContractStateChanged>(change->event).contract == change->after);
    }
  }
}

TEST_CASE("A contract follows its project's life", "[projects][domain]") {
  for (int state = 1; state < kProjectStates; ++state) {
    const Project project = FileIn(static_cast<ProjectState>(state)).project;
    INFO(Name(project.state));
    CHECK(ReasonOf(Decide(project, ContractIn(S::kDraft), Step(C::kSubmit), true).status()) ==
          (IsOver(project.state) ? "WRONG_STATE" : ""));
    const bool funded = project.state == ProjectState::kBudgeted ||
                        project.state == ProjectState::kFunded ||
                        project.state == ProjectState::kExecuting;
    CHECK(ReasonOf(Decide(project, ContractIn(S::kFiled), Step(C::kActivate), true).status()) ==
          (funded ? "" : "WRONG_STATE"));
  }
}

TEST_CASE("Who drew a contract up neither signs nor declines it", "[projects][domain]") {
  ContractStep step = Step(GENERATE(C::kSign, C::kDecline));
  step.actor = kUnitUser;
  CHECK(ReasonOf(Decide(Executing(), ContractIn(S::kInApproval), step, true).status()) ==
        "SAME_PERSON");
}

TEST_CASE("A contract is performed when its work is certified", "[projects][domain]") {
  CHECK(
      ReasonOf(Decide(Executing(), ContractIn(S::kEffective), Step(C::kPerform), false).status()) ==
      "WORK_NOT_COMPLETE");
}

TEST_CASE("The ledger's part of each step", "[projects][domain]") {
  using Kind = LedgerOrder::Kind;
  const auto order = [](S state, const ContractStep& step) {
    return Decide(Executing(), ContractIn(state), step, true)->order;
  };
  CHECK(order(S::kFiled, Step(C::kActivate)) == LedgerOrder{Kind::kEncumber, 500'000});
  CHECK(order(S::kPerformed, Step(C::kSettle)) == LedgerOrder{Kind::kLiquidate, 20'000});
  ContractStep whole = Step(C::kSettle);
  whole.settlement_minor = 500'000;
  CHECK(order(S::kPerformed, whole) == LedgerOrder{});
  CHECK(order(S::kEffective, Step(C::kTerminate)) == LedgerOrder{Kind::kLiquidateAll, 500'000});
  CHECK(order(S::kSuspended, Step(C::kTerminate)) == LedgerOrder{Kind::kLiquidateAll, 500'000});
  CHECK(order(S::kSigned, Step(C::kTerminate)) == LedgerOrder{});
  CHECK(order(S::kSettled, Step(C::kClose)) == LedgerOrder{Kind::kLiquidateAll, 500'000});
  CHECK(order(S::kWarranty, Step(C::kClose)) == LedgerOrder{Kind::kLiquidateAll, 500'000});
  CHECK(order(S::kDraft, Step(C::kSubmit)) == LedgerOrder{});
}

TEST_CASE("A settlement stays within the contract's value", "[projects][domain]") {
  ContractStep step = Step(C::kSettle);
  step.settlement_minor = 500'001;
  CHECK(ReasonOf(Decide(Executing(), ContractIn(S::kPerformed), step, true).status()) ==
        "SETTLEMENT_EXCEEDS_VALUE");
}

TEST_CASE("Terms: advance at most 30 %, retention at most 3 %", "[projects][domain]") {
  const auto [advance, retention, reason] = GENERATE(table<int64_t, int32_t, std::string>({
      {150'000, 300, ""},
      {150'001, 300, "TERMS_NOT_ALLOWED"},
      {150'000, 301, "TERMS_NOT_ALLOWED"},
      {0, 0, ""},
  }));
  Contract draft = ContractIn(S::kDraft);
  draft.advance_minor = advance;
  draft.retention_bp = retention;
  CHECK(ReasonOf(DrawUp(Executing(), draft, 0, kDay).status()) == reason);
}

TEST_CASE("Terms hold at the limits of int64", "[projects][domain]") {
  Project project = Executing();
  project.approved_investment_minor = INT64_MAX;
  Contract draft = ContractIn(S::kDraft);
  draft.original_value_minor = INT64_MAX;
  draft.advance_minor = INT64_MAX / 10 * 3;
  CHECK(DrawUp(project, draft, 0, kDay).ok());
  draft.advance_minor = INT64_MAX / 10 * 3 + 3;
  CHECK(ReasonOf(DrawUp(project, draft, 0, kDay).status()) == "TERMS_NOT_ALLOWED");
  draft.advance_minor = 0;
  CHECK(ReasonOf(DrawUp(project, draft, INT64_MAX, kDay).status()) ==
        "EXCEEDS_APPROVED_INVESTMENT");
}

TEST_CASE("A contract is drawn up within the approved investment, in its currency",
          "[projects][domain]") {
  const Contract draft = ContractIn(S::kDraft);
  const auto change = DrawUp(Executing(), draft, 500'000, kDay);
  REQUIRE(change.ok());
  CHECK(change->after.version == 1);
  CHECK(change->after.current_value_minor == draft.original_value_minor);
  CHECK(ReasonOf(DrawUp(Executing(), draft, 500'001, kDay).status()) ==
        "EXCEEDS_APPROVED_INVESTMENT");
  Contract foreign = draft;
  foreign.currency = "MXN";
  CHECK(ReasonOf(DrawUp(Executing(), foreign, 0, kDay).status()) == "CURRENCY_MISMATCH");
  Project observed = Executing();
  observed.observed = true;
  CHECK(ReasonOf(DrawUp(observed, draft, 0, kDay).status()) == "OBSERVED_PROJECT");
  CHECK(ReasonOf(DrawUp(FileIn(ProjectState::kClosed).project, draft, 0, kDay).status()) ==
        "WRONG_STATE");
}

TEST_CASE("A modification is made in force by another person", "[projects][domain]") {
  Contract contract = ContractIn(S::kEffective);
  contract.certified_minor = 400'000;
  const auto lower = Approve(Executing(), contract, Change(-100'000), kOtherUser);
  REQUIRE(lower.ok());
  CHECK(lower->after.current_value_minor == 400'000);
  CHECK(lower->order == LedgerOrder{LedgerOrder::Kind::kLiquidate, 100'000});
  CHECK(std::get<ContractModified>(lower->event).modification.effective);
  const auto raise = Approve(Executing(), contract, Change(500'000), kOtherUser);
  REQUIRE(raise.ok());
  CHECK(raise->order == LedgerOrder{LedgerOrder::Kind::kEncumber, 500'000});
  CHECK(raise->after.original_value_minor == 500'000);
  CHECK(ReasonOf(Approve(Executing(), contract, Change(1), kUnitUser).status()) == "SAME_PERSON");
  Modification effective = Change(1);
  effective.effective = true;
  CHECK(ReasonOf(Approve(Executing(), contract, effective, kOtherUser).status()) == "WRONG_STATE");
}

TEST_CASE("A modification stays above what is certified and within the investment",
          "[projects][domain]") {
  Contract contract = ContractIn(S::kEffective);
  contract.certified_minor = 400'000;
  const auto reason = [&](int64_t delta_minor) {
    return ReasonOf(CheckModification(Executing(), contract, Change(delta_minor), 100'000));
  };
  CHECK(reason(-100'000).empty());
  CHECK(reason(-100'001) == "BELOW_CERTIFIED");
  CHECK(reason(400'000).empty());
  CHECK(reason(400'001) == "EXCEEDS_APPROVED_INVESTMENT");
  CHECK(reason(INT64_MAX) == "FIELD_INVALID");
  contract.certified_minor = 0;
  CHECK(reason(-500'000) == "BELOW_CERTIFIED");
  for (int state = 1; state < kContractStates; ++state) {
    if (static_cast<S>(state) == S::kEffective) continue;
    CHECK(ReasonOf(CheckModification(Executing(), ContractIn(static_cast<S>(state)), Change(1),
                                     0)) == "WRONG_STATE");
  }
}

TEST_CASE("Supplements keep within a tenth of the original value", "[projects][domain]") {
  Contract contract = ContractIn(S::kEffective);
  contract.tendered_works = false;
  contract.current_value_minor = 520'000;
  const auto reason = [&](int64_t delta_minor) {
    return ReasonOf(CheckModification(Executing(), contract, Change(delta_minor), 0));
  };
  CHECK(reason(30'000).empty());
  CHECK(reason(30'001) == "TERMS_NOT_ALLOWED");
  CHECK(reason(-1).empty());
  contract.tendered_works = true;
  CHECK(reason(30'001).empty());
}

TEST_CASE("Payees and end are modified too, without the ledger", "[projects][domain]") {
  const Contract contract = ContractIn(S::kEffective);
  Modification change = Change(0);
  change.payees = {{"Wages", "6223", "CCB"}};
  change.new_end = absl::CivilDay(2027, 3, 31);
  const auto made = Approve(Executing(), contract, change, kOtherUser);
  REQUIRE(made.ok());
  CHECK(made->order == LedgerOrder{});
  CHECK(made->after.payees == change.payees);
  CHECK(made->after.planned_end == change.new_end);
  CHECK(made->after.current_value_minor == contract.current_value_minor);
  CHECK(std::get<ContractModified>(made->event).modification.decided_by == kOtherUser);
  // Who may be paid changes as long as anything is paid; the rest only in force.
  for (int state = 1; state < kContractStates; ++state) {
    const auto s = static_cast<S>(state);
    const bool payable = s == S::kEffective || s == S::kSuspended || s == S::kPerformed ||
                         s == S::kSettled || s == S::kWarranty;
    Modification payees_only = change;
    payees_only.new_end.reset();
    INFO(Name(s));
    CHECK(ReasonOf(CheckModification(Executing(), ContractIn(s), payees_only, 0)) ==
          (payable ? "" : "WRONG_STATE"));
    CHECK(ReasonOf(CheckModification(Executing(), ContractIn(s), change, 0)) ==
          (s == S::kEffective ? "" : "WRONG_STATE"));
  }
}

TEST_CASE("A modification is rejected once, by another person", "[projects][domain]") {
  const Contract contract = ContractIn(S::kEffective);
  CHECK(CheckRejection(contract, Change(1), kOtherUser).ok());
  CHECK(ReasonOf(CheckRejection(contract, Change(1), kUnitUser)) == "SAME_PERSON");
  Modification decided = Change(1);
  decided.rejected = true;
  CHECK(ReasonOf(CheckRejection(contract, decided, kOtherUser)) == "WRONG_STATE");
  CHECK(ReasonOf(Approve(Executing(), contract, decided, kOtherUser).status()) == "WRONG_STATE");
}

TEST_CASE("A contract is changed while it is a draft, in its present version",
          "[projects][domain]") {
  for (int state = 1; state < kContractStates; ++state) {
    const Contract present = ContractIn(static_cast<S>(state));
    INFO(Name(present.state));
    Contract wanted = present;
    wanted.project_id = "p9";
    wanted.original_value_minor = 600'000;
    wanted.drafted_by = kOtherUser;
    const auto change = Redraft(Executing(), present, wanted, 3, 0, kDay);
    CHECK(ReasonOf(change.status()) == (present.state == S::kDraft ? "" : "WRONG_STATE"));
    CHECK(ReasonOf(Redraft(Executing(), present, wanted, 2, 0, kDay).status()) ==
          "VERSION_MISMATCH");
    if (!change.ok()) continue;
    CHECK(change->after.version == 4);
    CHECK(change->after.project_id == "p1");
    CHECK(change->after.current_value_minor == 600'000);
    CHECK(change->after.drafted_by == kOtherUser);
    CHECK(std::get<ContractStateChanged>(change->event).from == S::kDraft);
    wanted.retention_bp = 301;
    CHECK(ReasonOf(Redraft(Executing(), present, wanted, 3, 0, kDay).status()) ==
          "TERMS_NOT_ALLOWED");
  }
}

TEST_CASE("Open and live contracts", "[projects][domain]") {
  CHECK_FALSE(IsOpen(S::kDraft));
  CHECK_FALSE(IsOpen(S::kInApproval));
  CHECK(IsOpen(S::kSigned));
  CHECK(IsOpen(S::kWarranty));
  CHECK_FALSE(IsOpen(S::kClosed));
  CHECK(IsLive(S::kClosed));
  CHECK_FALSE(IsLive(S::kTerminated));
  CHECK_FALSE(IsLive(S::kDeclined));
}

}  // namespace fiscus::projects
