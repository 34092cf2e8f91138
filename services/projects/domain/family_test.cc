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

// Children of the parent's unit.
Children Within(int64_t investment_minor) {
  return {.count = 1,
          .investment_minor = investment_minor,
          .first_unit = "/330000/330100/edu/",
          .last_unit = "/330000/330100/edu/s1/"};
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
  child.documents.push_back(DocumentOf(kCompletionWaiver));
  CHECK(ReasonOf(CheckChild(child, Parent(), {})) == "OUTSIDE_PARENT");
  child.documents.push_back(DocumentOf(kDatesWaiver));
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
  CHECK(CheckParent(Parent(), Within(1'000'000)).ok());
  CHECK(ReasonOf(CheckParent(Parent(), Within(1'000'001))) == "EXCEEDS_PARENT");
  Children late = Within(1);
  late.last_end = absl::CivilDay(2027, 1, 1);
  CHECK(ReasonOf(CheckParent(Parent(), late)) == "OUTSIDE_PARENT");
}

TEST_CASE("A parent cannot move away from its children's units", "[projects][domain]") {
  for (const std::string unit :
       {"/330000/330100/", "/330000/330100/ed/", "/330000/330100/education/", "/330000/330200/"}) {
    INFO(unit);
    const bool above = unit == "/330000/330100/";
    Project moved = Parent();
    moved.unit_path = unit;
    CHECK(ReasonOf(CheckParent(moved, Within(1))) == (above ? "" : "OUTSIDE_PARENT"));
    Children spread = Within(1);
    (unit < spread.first_unit ? spread.first_unit : spread.last_unit) = unit;
    CHECK(ReasonOf(CheckParent(Parent(), spread)) == "OUTSIDE_PARENT");
  }
}

TEST_CASE("No project is its own ancestor", "[projects][domain]") {
  CHECK(CheckAncestors(Child(), {}).ok());
  CHECK(CheckAncestors(Child(), std::vector<std::string>{"p0", "p9"}).ok());
  CHECK(ReasonOf(CheckAncestors(Child(), std::vector<std::string>{"p0", "p1"})) == "PARENT_CYCLE");
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
