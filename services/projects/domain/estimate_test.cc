#include "services/projects/domain/estimate.h"

#include <catch2/catch.hpp>

#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

using S = ProjectState;

EstimateAmendment Raise(int64_t to_minor = 1'200'000) {
  return {.approved_investment_minor = to_minor,
          .expected_version = 7,
          .effective_date = kDay,
          .reason = "rock",
          .documents = {DocumentOf(kEstablishmentApproval)},
          .actor = kOtherUser};
}

}  // namespace

TEST_CASE("An estimate is amended from establishment to completion", "[projects][domain]") {
  for (int state = 1; state < kProjectStates; ++state) {
    const auto s = static_cast<S>(state);
    INFO(Name(s));
    const bool open = s == S::kEstablished || s == S::kBudgeted || s == S::kFunded ||
                      s == S::kExecuting || s == S::kSuspended || s == S::kCompleted;
    const auto change = AmendEstimate(FileIn(s), Raise(), {}, 0);
    CHECK(ReasonOf(change.status()) == (open ? "" : "WRONG_STATE"));
    if (!change.ok()) continue;
    CHECK(change->after.project.approved_investment_minor == 1'200'000);
    CHECK(change->after.project.state == s);
    CHECK(std::get<ProjectStateChanged>(change->events.at(0)).reason == "rock");
  }
}

TEST_CASE("An amendment brings its approval, by another person than the declarer",
          "[projects][domain]") {
  const ProjectFile file = FileIn(S::kExecuting);
  EstimateAmendment amendment = Raise();
  amendment.actor = kUnitUser;
  CHECK(ReasonOf(AmendEstimate(file, amendment, {}, 0).status()) == "SAME_PERSON");
  amendment.documents.clear();
  CHECK(ReasonOf(AmendEstimate(file, amendment, {}, 0).status()) == "DOCUMENT_MISSING");
  amendment.expected_version = 6;
  CHECK(ReasonOf(AmendEstimate(file, amendment, {}, 0).status()) == "VERSION_MISMATCH");
}

TEST_CASE("An amended estimate fits parent, children and contracts", "[projects][domain]") {
  const ProjectFile file = FileIn(S::kExecuting);
  Project parent = FileIn(S::kExecuting).project;
  CHECK(ReasonOf(AmendEstimate(file, Raise(), {.parent = &parent}, 0).status()) ==
        "EXCEEDS_PARENT");
  parent.approved_investment_minor = 1'200'000;
  CHECK(AmendEstimate(file, Raise(), {.parent = &parent}, 0).ok());
  const Children children{.count = 1, .investment_minor = 800'001};
  CHECK(ReasonOf(AmendEstimate(file, Raise(800'000), {.children = children}, 0).status()) ==
        "EXCEEDS_PARENT");
  CHECK(AmendEstimate(file, Raise(800'000), {}, 800'000).ok());
  CHECK(ReasonOf(AmendEstimate(file, Raise(800'000), {}, 800'001).status()) ==
        "EXCEEDS_APPROVED_INVESTMENT");
  ProjectFile observed = file;
  observed.project.observed = true;
  CHECK(ReasonOf(AmendEstimate(observed, Raise(), {}, 0).status()) == "OBSERVED_PROJECT");
}

}  // namespace fiscus::projects
