#include "services/projects/domain/family.h"
#include "libs/core/status.h"

#include <catch2/catch.hpp>

#include "services/projects/domain/reason.h"
#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

Project Child() {
  Project child = FileIn(ProjectState::kDraft).project;
  child.parent_project_id = "p0";
  child.approved_investment_minor = 400'000;
  return child;
}

Project Parent() { return FileIn(ProjectState::kEstablished).project; }

}  // namespace

TEST_CASE("A sub-project fits under its parent to the fen", "[projects][domain]") {
  CHECK(CheckChild(Child(), Parent(), {.count = 1, .investment_minor = 600'000}).ok());
  const absl::Status over =
      CheckChild(Child(), Parent(), {.count = 1, .investment_minor = 600'001});
  CHECK(ReasonOf(over) == "EXCEEDS_PARENT");
  CHECK(RefusalOf(over)->figures.at("children_investment") == "600001");
}

TEST_CASE("A sum beyond int64 does not slip through", "[projects][domain]") {
  Project child = Child();
  child.approved_investment_minor = INT64_MAX;
  CHECK(ReasonOf(CheckChild(child, Parent(), {.count = 1, .investment_minor = INT64_MAX})) ==
        "EXCEEDS_PARENT");
}

TEST_CASE("A sub-project's unit is at or below the parent's", "[projects][domain]") {
  Project child = Child();
  child.unit_path = "/330000/330100/edu/school1/";
  CHECK(CheckChild(child, Parent(), {}).ok());
  child.unit_path = "/330000/330100/education/";
  CHECK(ReasonOf(CheckChild(child, Parent(), {})) == "OUTSIDE_PARENT");
}

TEST_CASE("A sub-project's dates lie within the parent's, or are waived", "[projects][domain]") {
  const bool early = GENERATE(true, false);
  Project child = Child();
  if (early) {
    child.planned_start = *child.planned_start - 1;
  } else {
    child.planned_end = *child.planned_end + 1;
  }
  CHECK(ReasonOf(CheckChild(child, Parent(), {})) == "OUTSIDE_PARENT");
  child.documents.push_back(DocumentOf(kWaiver));
  CHECK(CheckChild(child, Parent(), {}).ok());
}

TEST_CASE("A sub-project shares the parent's currency and life", "[projects][domain]") {
  Project child = Child();
  child.currency = "MXN";
  CHECK(ReasonOf(CheckChild(child, Parent(), {})) == "CURRENCY_MISMATCH");
  Project parent = Parent();
  parent.state = ProjectState::kCancelled;
  CHECK(ReasonOf(CheckChild(Child(), parent, {})) == "WRONG_STATE");
}

TEST_CASE("A parent cannot shrink below its children", "[projects][domain]") {
  CHECK(CheckParent(Parent(), {}).ok());
  CHECK(ReasonOf(CheckParent(Parent(), {.count = 1, .investment_minor = 1'000'001})) ==
        "EXCEEDS_PARENT");
  const Children late{.count = 1, .investment_minor = 1, .last_end = absl::CivilDay(2027, 1, 1)};
  CHECK(ReasonOf(CheckParent(Parent(), late)) == "OUTSIDE_PARENT");
}

TEST_CASE("Reasons are numbered without a gap", "[projects][domain]") {
  int number = 0;
  for (const ReasonInfo& info : AllReasons()) {
    CHECK(static_cast<int>(info.reason) == ++number);
    CHECK(ReasonOf(Refused(info.reason, "x")) == info.name);
    CHECK(Refused(info.reason, "x").code() == info.code);
  }
}

}  // namespace fiscus::projects
