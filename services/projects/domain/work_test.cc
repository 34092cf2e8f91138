// Baseline, milestones and measurements.
#include <catch2/catch.hpp>

#include "services/projects/domain/baseline.h"
#include "services/projects/domain/measurement.h"
#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

using S = ProjectState;

Measurement MeasurementOf(int64_t w1_milli, bool correction = false) {
  return {.measurement_id = "x1",
          .project_id = "p1",
          .measured_on = kDay,
          .quantities = {{"w1", w1_milli}},
          .recorded_by = kUnitUser,
          .correction = correction,
          .reason = correction ? "counted twice" : ""};
}

ProjectFile HalfDone() {
  ProjectFile file = FileIn(S::kExecuting);
  file.work_items[0].certified_milli = 50'000;
  file.work_items[1].certified_milli = 0;
  file.project.physical_bp = 3'000;
  return file;
}

}  // namespace

TEST_CASE("The baseline may be set until the start", "[projects][domain]") {
  for (int state = 1; state < kProjectStates; ++state) {
    const auto s = static_cast<S>(state);
    INFO(Name(s));
    const ProjectFile file = FileIn(s);
    const std::string reason =
        ReasonOf(SetBaseline(file, {file.work_items, file.milestones, kDay}, {"c1"}).status());
    CHECK(reason == (IsOver(s) ? "WRONG_STATE" : HasStarted(s) ? "BASELINE_FROZEN" : ""));
  }
}

TEST_CASE("A new baseline has nothing certified", "[projects][domain]") {
  const ProjectFile file = FileIn(S::kDraft);
  const auto change = SetBaseline(file, {file.work_items, file.milestones, kDay}, {"c1"});
  REQUIRE(change.ok());
  CHECK(change->after.work_items[0].certified_milli == 0);
  CHECK(change->after.project.version == file.project.version + 1);
}

TEST_CASE("A baseline refuses foreign contracts, observed projects and sums beyond int64",
          "[projects][domain]") {
  ProjectFile file = FileIn(S::kDraft);
  const BaselineCommand command{file.work_items, file.milestones, kDay};
  CHECK(ReasonOf(SetBaseline(file, command, {}).status()) == "CONTRACT_NOT_FOUND");
  BaselineCommand huge = command;
  for (WorkItem& item : huge.work_items) item.value_minor = INT64_MAX;
  CHECK(ReasonOf(SetBaseline(file, huge, {"c1"}).status()) == "FIELD_INVALID");
  file.project.observed = true;
  CHECK(ReasonOf(SetBaseline(file, command, {"c1"}).status()) == "OBSERVED_PROJECT");
}

TEST_CASE("Work items are amended in execution, but for what is certified", "[projects][domain]") {
  const ProjectFile file = HalfDone();
  BaselineAmendment amendment{.work_items = file.work_items,
                              .effective_date = kDay,
                              .reason = "a second contract",
                              .measurement_id = "x9",
                              .actor = kOtherUser};
  amendment.work_items[0].certified_milli = 0;  // whatever the sender says
  amendment.work_items[1].value_minor = 300'000;
  amendment.work_items.push_back(ItemOf("w3", 100'000, 10, 5, "c2"));
  CHECK(ReasonOf(AmendBaseline(file, amendment, {"c1"}).status()) == "CONTRACT_NOT_FOUND");
  const auto amended = AmendBaseline(file, amendment, {"c1", "c2"});
  REQUIRE(amended.ok());
  const ProjectFile& after = amended->change.after;
  CHECK(after.work_items[0] == file.work_items[0]);
  CHECK(after.work_items[1].value_minor == 300'000);
  CHECK(after.work_items[2].certified_milli == 0);
  CHECK(after.project.baseline_frozen);
  CHECK(after.project.physical_bp == 3'000);  // 300,000 of 600,000 + 300,000 + 100,000
  CHECK(after.project.version == file.project.version + 2);
  CHECK_FALSE(amended->measurement.correction);
  BaselineAmendment larger = amendment;
  larger.work_items[2].value_minor = 600'000;
  const auto fell = AmendBaseline(file, larger, {"c1", "c2"});
  REQUIRE(fell.ok());
  CHECK(fell->change.after.project.physical_bp == 2'000);
  CHECK(fell->measurement.correction);
  CHECK(amended->measurement.reason == "a second contract");
  ProjectFile folded = file;
  for (const ProjectEvent& event : amended->change.events) folded = Apply(std::move(folded), event);
  CHECK(folded == after);

  BaselineAmendment lowered = amendment;
  lowered.work_items[0].quantity_milli += 1;
  CHECK(ReasonOf(AmendBaseline(file, lowered, {"c1", "c2"}).status()) == "BASELINE_FROZEN");
  lowered.work_items.erase(lowered.work_items.begin());
  CHECK(ReasonOf(AmendBaseline(file, lowered, {"c1", "c2"}).status()) == "BASELINE_FROZEN");
  amendment.actor = kUnitUser;
  CHECK(ReasonOf(AmendBaseline(file, amendment, {"c1", "c2"}).status()) == "SAME_PERSON");
}

TEST_CASE("Only a project in execution has its work items amended", "[projects][domain]") {
  for (int state = 1; state < kProjectStates; ++state) {
    ProjectFile file = HalfDone();
    file.project.state = static_cast<S>(state);
    const bool open = file.project.state == S::kExecuting || file.project.state == S::kSuspended;
    const BaselineAmendment amendment{.work_items = file.work_items,
                                      .effective_date = kDay,
                                      .reason = "rock",
                                      .measurement_id = "x9",
                                      .actor = kOtherUser};
    INFO(Name(file.project.state));
    CHECK(ReasonOf(AmendBaseline(file, amendment, {"c1"}).status()) == (open ? "" : "WRONG_STATE"));
    file.project.observed = true;
    if (open)
      CHECK(ReasonOf(AmendBaseline(file, amendment, {"c1"}).status()) == "OBSERVED_PROJECT");
  }
}

TEST_CASE("A milestone is met once", "[projects][domain]") {
  ProjectFile file = FileIn(S::kExecuting);
  CHECK(ReasonOf(MeetMilestone(file, "m9", kDay).status()) == "MILESTONE_NOT_FOUND");
  const auto change = MeetMilestone(file, "m1", kDay);
  REQUIRE(change.ok());
  CHECK(change->after.milestones[0].met_on == kDay);
  CHECK(MeetMilestone(change->after, "m1", kDay)->events.empty());
  CHECK(ReasonOf(MeetMilestone(change->after, "m1", kDay + 1).status()) == "WRONG_STATE");
  file.project.observed = true;
  CHECK(ReasonOf(MeetMilestone(file, "m1", kDay).status()) == "OBSERVED_PROJECT");
  CHECK(ReasonOf(MeetMilestone(FileIn(S::kCancelled), "m1", kDay).status()) == "WRONG_STATE");
}

TEST_CASE("Work is measured while the project is executed, and only then", "[projects][domain]") {
  for (int state = 1; state < kProjectStates; ++state) {
    const ProjectFile file = FileIn(static_cast<S>(state));
    const bool executing = file.project.state == S::kExecuting;
    INFO(Name(file.project.state));
    CHECK(ReasonOf(CheckRecord(file, MeasurementOf(100'000))) == (executing ? "" : "WRONG_STATE"));
    CHECK(ReasonOf(Certify(file, MeasurementOf(100'000), {.certifier = kOtherUser}).status()) ==
          (executing ? "" : "WRONG_STATE"));
  }
}

TEST_CASE("What a completed project was waived is measured as it is made good",
          "[projects][domain]") {
  ProjectFile file = HalfDone();
  file.project.state = S::kCompleted;
  CHECK(CheckRecord(file, MeasurementOf(100'000)).ok());
  CHECK(Certify(file, MeasurementOf(100'000), {.certifier = kOtherUser}).ok());
}

TEST_CASE("Quantities stay between the certified and the whole", "[projects][domain]") {
  const auto [milli, correction, reason] = GENERATE(table<int64_t, bool, std::string>({
      {49'999, false, "PROGRESS_DECREASES"},
      {49'999, true, ""},
      {50'000, false, ""},
      {100'000, false, ""},
      {100'001, false, "QUANTITY_OUT_OF_RANGE"},
      {100'001, true, "QUANTITY_OUT_OF_RANGE"},
      {-1, true, "QUANTITY_OUT_OF_RANGE"},
  }));
  const Measurement measurement = MeasurementOf(milli, correction);
  CHECK(ReasonOf(CheckRecord(HalfDone(), measurement)) == reason);
  CHECK(ReasonOf(Certify(HalfDone(), measurement, {.certifier = kOtherUser}).status()) == reason);
}

TEST_CASE("A measurement names work items of the project", "[projects][domain]") {
  Measurement measurement = MeasurementOf(200'000);
  measurement.quantities.push_back({"w9", 1});
  CHECK(ReasonOf(CheckRecord(HalfDone(), measurement)) == "WORK_ITEM_NOT_FOUND");
  ProjectFile observed = HalfDone();
  observed.project.observed = true;
  CHECK(ReasonOf(CheckRecord(observed, MeasurementOf(60'000))) == "OBSERVED_PROJECT");
}

TEST_CASE("Certified quantities become progress and certified value", "[projects][domain]") {
  const auto certified = Certify(HalfDone(), MeasurementOf(75'000), {.certifier = kOtherUser});
  REQUIRE(certified.ok());
  CHECK(certified->measurement.state == MeasurementState::kCertified);
  const auto& event = std::get<MeasurementCertified>(certified->change.events.at(0));
  CHECK(event.physical_before_bp == 3'000);
  CHECK(event.physical_bp == 4'500);
  CHECK(event.contracts == std::vector<CertifiedValue>{{"c1", 450'000}});
  CHECK(event.work_items.size() == 1);
  CHECK(certified->change.after.work_items[0].certified_milli == 75'000);
  CHECK(certified->change.after.project.physical_bp == 4'500);
}

TEST_CASE("Another person decides a measurement, once", "[projects][domain]") {
  Measurement measurement = MeasurementOf(75'000);
  CHECK(ReasonOf(Certify(HalfDone(), measurement, {.certifier = kUnitUser}).status()) ==
        "SAME_PERSON");
  const auto refused =
      Certify(HalfDone(), measurement, {.certifier = kOtherUser, .refuse = true, .reason = "no"});
  REQUIRE(refused.ok());
  CHECK(refused->measurement.state == MeasurementState::kRefused);
  CHECK(refused->change.events.empty());
  CHECK(ReasonOf(Certify(HalfDone(), refused->measurement, {.certifier = kOtherUser}).status()) ==
        "WRONG_STATE");
}

}  // namespace fiscus::projects
