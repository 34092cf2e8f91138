#include "services/projects/domain/life_cycle.h"
#include "libs/core/status.h"

#include <random>

#include <catch2/catch.hpp>

#include "services/projects/domain/baseline.h"
#include "services/projects/domain/measurement.h"
#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

using C = ProjectCommand;
using S = ProjectState;

// Circumstances under which the row's guards hold.
absl::StatusOr<ProjectChange> DecideWell(const ProjectFile& file, C command) {
  const bool finishing =
      command == C::kClose || command == C::kCancel || command == C::kApproveFinalAccount;
  return Decide(file, StepOf(command), LedgerWithLine(),
                finishing ? ContractView{} : OneEffective());
}

// One of the commands that start from a state; CANCEL and REJECT only where there is no other.
C AdmittedIn(S state, int choice) {
  std::vector<C> commands;
  for (const Transition& row : Transitions()) {
    const bool admitted = (row.from & (1U << static_cast<int>(state))) != 0;
    const bool last = row.to == S::kCancelled || row.to == S::kRejected;
    if (admitted && (!last || commands.empty())) commands.push_back(row.command);
  }
  return commands.empty() ? C::kDeclare : commands[choice % commands.size()];
}

}  // namespace

// Goal: the table is the law. Method: every command from every state, against the table's rows.
TEST_CASE("Every command starts from the table's states and from no other", "[projects][domain]") {
  for (const Transition& row : Transitions()) {
    for (int state = 1; state < kProjectStates; ++state) {
      INFO(Name(row.command) << " from " << Name(static_cast<S>(state)));
      const ProjectFile file = FileIn(static_cast<S>(state));
      const auto change = DecideWell(file, row.command);
      if ((row.from & (1U << state)) == 0) {
        CHECK(ReasonOf(change.status()) == "WRONG_STATE");
        continue;
      }
      REQUIRE(change.ok());
      CHECK(change->after.project.state == row.to);
      const auto& event = std::get<ProjectStateChanged>(change->events.at(0));
      CHECK(event.from == static_cast<S>(state));
      CHECK(event.command == row.command);
      CHECK(event.project.version == file.project.version + 1);
      CHECK(change->after.project.version ==
            file.project.version + static_cast<int64_t>(change->events.size()));
    }
  }
}

TEST_CASE("The table has one row for each command", "[projects][domain]") {
  CHECK(Transitions().size() == kProjectCommands - 1);
  for (int command = 1; command < kProjectCommands; ++command) {
    CHECK(Find(static_cast<C>(command)) != nullptr);
  }
  CHECK(Find(C::kNone) == nullptr);
}

TEST_CASE("No way leads to FUNDED or EXECUTING past BUDGETED", "[projects][domain]") {
  for (const Transition& row : Transitions()) {
    if (row.to == S::kFunded) CHECK(row.from == (1U << static_cast<int>(S::kBudgeted)));
    if (row.command == C::kStart) CHECK(row.from == (1U << static_cast<int>(S::kFunded)));
  }
}

TEST_CASE("A declaration names all that it lacks at once", "[projects][domain]") {
  ProjectFile file = FileIn(S::kDraft);
  file.project.sector.clear();
  file.project.planned_end.reset();
  file.project.approved_investment_minor = 0;
  file.project.documents.clear();
  file.project.targets.clear();
  const auto change = DecideWell(file, C::kDeclare);
  CHECK(ReasonOf(change.status()) == "DECLARATION_INCOMPLETE");
  CHECK(RefusalOf(change.status())->figures.at("missing") ==
        "sector,approved_investment,planned_end,document:DECLARATION");
}

TEST_CASE("Targets come first: no target, no budget", "[projects][domain]") {
  const C command = GENERATE(C::kDeclare, C::kBudget);
  ProjectFile file = FileIn(command == C::kDeclare ? S::kDraft : S::kEstablished);
  file.project.targets.clear();
  CHECK(ReasonOf(Decide(file, StepOf(command), {}, {}).status()) == "TARGETS_MISSING");
}

TEST_CASE("A step brings its document itself", "[projects][domain]") {
  const auto [command, state, kind] = GENERATE(
      table<C, S, std::string_view>({{C::kPassReview, S::kUnderReview, kReviewOpinion},
                                     {C::kEstablish, S::kReserved, kEstablishmentApproval},
                                     {C::kStart, S::kFunded, kPermit},
                                     {C::kAccept, S::kCompleted, kAcceptanceReport},
                                     {C::kWaiveCompletion, S::kExecuting, kCompletionWaiver}}));
  // What is there from before, e.g. from before a RETURN or from the declarer, does not count.
  ProjectFile file = FileIn(state);
  file.project.documents = {DocumentOf(kind)};
  ProjectStep step = StepOf(command);
  step.documents.clear();
  const auto refused = Decide(file, step, {}, OneEffective());
  CHECK(ReasonOf(refused.status()) == "DOCUMENT_MISSING");
  CHECK(RefusalOf(refused.status())->figures.at("kind") == kind);
  step.documents = {DocumentOf(kind), DocumentOf(kind)};
  const auto change = Decide(file, step, {}, OneEffective());
  REQUIRE(change.ok());
  CHECK(change->after.project.documents.size() == 1);
}

TEST_CASE("Documents belong to desks", "[projects][domain]") {
  const auto desks = [](std::string_view kind) {
    std::string found;
    for (const Desk desk : {Desk::kUnit, Desk::kReview, Desk::kPlanning, Desk::kFinance,
                            Desk::kExecution, Desk::kAcceptance}) {
      if (MayBring(desk, kind)) found += "URPFXA"[static_cast<int>(desk)];
    }
    return found;
  };
  CHECK(desks(kDeclarationDocument) == "U");
  CHECK(desks(kDatesWaiver) == "UR");
  CHECK(desks(kReviewOpinion) == "R");
  CHECK(desks(kEstablishmentApproval) == "P");
  CHECK(desks(kPermit) == "X");
  CHECK(desks(kAcceptanceReport) == "A");
  CHECK(desks(kCompletionWaiver) == "A");
  CHECK(desks(kFinalAccount) == "F");
  CHECK(desks(kContractDocument) == "URPFXA");
  CHECK(desks(kOtherDocument) == "URPFXA");
  for (const Transition& row : Transitions()) {
    if (!row.document.empty()) CHECK(MayBring(row.desk, row.document));
  }
}

TEST_CASE("The reviewer grants the dates that the unit wants waived", "[projects][domain]") {
  ProjectFile file = FileIn(S::kUnderReview);
  file.project.documents.push_back(DocumentOf(kDatesWaiver));
  const auto refused = DecideWell(file, C::kPassReview);
  CHECK(ReasonOf(refused.status()) == "DOCUMENT_MISSING");
  CHECK(RefusalOf(refused.status())->figures.at("kind") == kDatesWaiver);
  ProjectStep step = StepOf(C::kPassReview);
  step.documents.push_back(DocumentOf(kDatesWaiver));
  CHECK(Decide(file, step, {}, {}).ok());
}

TEST_CASE("The declarer does not review", "[projects][domain]") {
  const C command = GENERATE(C::kPassReview, C::kReturn, C::kReject);
  ProjectStep step = StepOf(command);
  step.actor = kUnitUser;
  CHECK(ReasonOf(Decide(FileIn(S::kUnderReview), step, {}, {}).status()) == "SAME_PERSON");
}

TEST_CASE("Money guards ask the ledger's lines", "[projects][domain]") {
  CHECK(ReasonOf(Decide(FileIn(S::kEstablished), StepOf(C::kBudget), {}, {}).status()) ==
        "NO_BUDGET_LINE");
  CHECK(ReasonOf(Decide(FileIn(S::kBudgeted), StepOf(C::kIssueFunds), {.lines = 1}, {}).status()) ==
        "NO_ACTIVE_LINE");
  for (const Transition& row : Transitions()) {
    const bool money = row.command == C::kBudget || row.command == C::kIssueFunds ||
                       row.command == C::kApproveFinalAccount || row.command == C::kClose ||
                       row.command == C::kCancel;
    CHECK(AsksLedger(row) == money);
  }
}

TEST_CASE("Work starts with a contract in force and measurable work, and freezes the baseline",
          "[projects][domain]") {
  ProjectFile file = FileIn(S::kFunded);
  CHECK(ReasonOf(Decide(file, StepOf(C::kStart), {}, {.open = 1}).status()) ==
        "NO_EFFECTIVE_CONTRACT");
  const auto change = Decide(file, StepOf(C::kStart), {}, OneEffective());
  REQUIRE(change.ok());
  REQUIRE(change->events.size() == 2);
  CHECK(std::get<BaselineSet>(change->events[1]).frozen);
  CHECK(std::get<BaselineSet>(change->events[1]).work_items == file.work_items);
  CHECK(change->after.project.baseline_frozen);
  CHECK(change->after.project.version == file.project.version + 2);
  file.work_items.clear();
  CHECK(ReasonOf(Decide(file, StepOf(C::kStart), {}, OneEffective()).status()) == "NO_WORK_ITEMS");
}

TEST_CASE("Work is complete at 100 %, or waived by another person", "[projects][domain]") {
  ProjectFile file = FileIn(S::kExecuting);
  CHECK(DecideWell(file, C::kComplete).ok());
  file.project.physical_bp = 9'999;
  const auto refused = DecideWell(file, C::kComplete);
  CHECK(ReasonOf(refused.status()) == "WORK_NOT_COMPLETE");
  CHECK(RefusalOf(refused.status())->figures.at("physical_bp") == "9999");
  // The waiver of the parent's dates is another matter.
  file.project.documents.push_back(DocumentOf(kDatesWaiver));
  CHECK(ReasonOf(DecideWell(file, C::kComplete).status()) == "WORK_NOT_COMPLETE");
  const auto waived = DecideWell(file, C::kWaiveCompletion);
  REQUIRE(waived.ok());
  CHECK(waived->after.project.state == S::kExecuting);
  // Who waived does not complete.
  CHECK(ReasonOf(DecideWell(waived->after, C::kComplete).status()) == "WORK_NOT_COMPLETE");
  ProjectStep complete = StepOf(C::kComplete);
  complete.actor = kUnitUser;
  CHECK(Decide(waived->after, complete, {}, {}).ok());
}

TEST_CASE("Nothing is closed or cancelled over open commitments", "[projects][domain]") {
  const auto [command, state] =
      GENERATE(table<C, S>({{C::kClose, S::kFinalAccounted}, {C::kCancel, S::kExecuting}}));
  const ProjectStep step = StepOf(command);
  const auto reason = [&, state = state](const LedgerView& ledger, const ContractView& contracts) {
    return ReasonOf(Decide(FileIn(state), step, ledger, contracts).status());
  };
  CHECK(reason({}, {.open = 1}) == "OPEN_COMMITMENTS");
  CHECK(reason({.encumbered_minor = 1}, {}) == "OPEN_COMMITMENTS");
  CHECK(reason({.in_transit_minor = 1}, {}) == "OPEN_COMMITMENTS");
  CHECK(reason({.foreign_open_lines = 1}, {}) == "OPEN_COMMITMENTS");
  CHECK(reason({.net_paid_minor = 5}, {}).empty());
}

TEST_CASE("The final account is approved when settled = paid + retained, or explained",
          "[projects][domain]") {
  const ProjectFile file = FileIn(S::kAccepted);
  ProjectStep step = StepOf(C::kApproveFinalAccount);
  const ContractView contracts{.open = 1, .settled_minor = 100};
  CHECK(Decide(file, step, {.encumbered_minor = 3, .net_paid_minor = 97}, contracts).ok());
  CHECK(ReasonOf(Decide(file, step, {.net_paid_minor = 97}, contracts).status()) ==
        "SETTLEMENT_DIFFERS");
  CHECK(ReasonOf(Decide(file, step, {.in_transit_minor = 3, .net_paid_minor = 97}, contracts)
                     .status()) == "SETTLEMENT_DIFFERS");
  step.documents = {DocumentOf(kFinalAccount)};
  CHECK(ReasonOf(Decide(file, step, {.net_paid_minor = 97}, contracts).status()) ==
        "SETTLEMENT_DIFFERS");
  ProjectFile given_before = file;
  given_before.project.documents.push_back(DocumentOf(kFinalAccount));
  ProjectStep bare = step;
  bare.documents.clear();
  bare.reason = "3 were paid by another budget";
  CHECK(ReasonOf(Decide(given_before, bare, {.net_paid_minor = 97}, contracts).status()) ==
        "SETTLEMENT_DIFFERS");
  step.reason = "3 were paid by another budget";
  CHECK(Decide(file, step, {.net_paid_minor = 97}, contracts).ok());
}

TEST_CASE("An observed project is moved by reports only", "[projects][domain]") {
  for (const Transition& row : Transitions()) {
    for (int state = 1; state < kProjectStates; ++state) {
      ProjectFile file = FileIn(static_cast<S>(state));
      file.project.observed = true;
      const std::string reason = ReasonOf(DecideWell(file, row.command).status());
      CHECK((reason == "OBSERVED_PROJECT" || reason == "WRONG_STATE"));
    }
  }
}

TEST_CASE("A stale version is refused before all else", "[projects][domain]") {
  ProjectStep step = StepOf(C::kClose);
  step.expected_version = 6;
  const auto refused = Decide(FileIn(S::kDraft), step, {}, {});
  CHECK(ReasonOf(refused.status()) == "VERSION_MISMATCH");
  CHECK(refused.status().code() == absl::StatusCode::kAborted);
  step = StepOf(C::kDeclare);
  step.expected_version = 7;
  CHECK(Decide(FileIn(S::kDraft), step, {}, {}).ok());
}

TEST_CASE("Who declares is remembered", "[projects][domain]") {
  const auto change = DecideWell(FileIn(S::kReturned), C::kDeclare);
  REQUIRE(change.ok());
  CHECK(change->after.project.declared_by == kOtherUser);
}

// P9. Goal: a project is the fold of its events. Method: random commands, whatever they are
// answered; after each accepted one the fold of all events so far equals the project, and the
// version counts the events.
TEST_CASE("A project equals the fold of its events", "[projects][domain]") {
  std::mt19937_64 random(20260302);
  const auto pick = [&](int bound) { return static_cast<int>(random() % bound); };
  int accepted = 0;
  for (int round = 0; round < 300; ++round) {
    ProjectFile start = FileIn(S::kDraft);
    start.project.version = 0;
    start.project.physical_bp = 0;
    start.work_items.clear();
    start.milestones.clear();
    ProjectFile now = start;
    ProjectFile folded = start;
    int64_t events = 0;
    const auto take = [&](const ProjectChange& change) {
      for (const ProjectEvent& event : change.events) folded = Apply(std::move(folded), event);
      events += static_cast<int64_t>(change.events.size());
      now = change.after;
      ++accepted;
      REQUIRE(folded == now);
      REQUIRE(now.project.version == events);
    };
    for (int step = 0; step < 60; ++step) {
      const int kind = pick(10);
      if (kind == 0) {
        const ProjectFile full = FileIn(S::kDraft);
        const auto change = SetBaseline(now, {full.work_items, full.milestones, kDay}, {"c1"});
        if (change.ok()) take(*change);
      } else if (kind == 1 && !now.work_items.empty()) {
        Measurement measurement{.measurement_id = "x", .project_id = "p1", .measured_on = kDay};
        for (const WorkItem& item : now.work_items) {
          measurement.quantities.push_back(
              {item.work_item_id,
               item.certified_milli + (item.quantity_milli - item.certified_milli) / 2 + 1});
        }
        measurement.recorded_by = kUnitUser;
        const auto certified = Certify(now, measurement, {.certifier = kOtherUser});
        if (certified.ok()) take(certified->change);
      } else if (kind == 2) {
        const auto change = MeetMilestone(now, "m1", kDay);
        if (change.ok()) take(*change);
      } else {
        // Mostly a step that the state admits, so that the walks get far.
        const C command = pick(4) == 0 ? static_cast<C>(1 + pick(kProjectCommands - 1))
                                       : AdmittedIn(now.project.state, pick(97));
        const auto change = DecideWell(now, command);
        if (change.ok()) take(*change);
      }
    }
  }
  CHECK(accepted > 1'000);
}

}  // namespace fiscus::projects
