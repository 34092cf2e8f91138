#include "services/projects/domain/import.h"

#include <catch2/catch.hpp>

#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

// A report of a project in execution at 30 %.
Report ReportOf(int64_t w1_milli = 50'000) {
  const ProjectFile file = FileIn(ProjectState::kExecuting);
  Report report{.project = file.project,
                .work_items = file.work_items,
                .reported_on = kDay,
                .measurement_id = "x1",
                .reporter = kUnitUser};
  report.project.observed = true;
  report.project.source_ref = "file:row 1";
  report.project.version = 0;
  report.work_items[0].certified_milli = w1_milli;
  report.work_items[1].certified_milli = 0;
  return report;
}

ProjectFile Fold(ProjectFile file, const ProjectChange& change) {
  for (const ProjectEvent& event : change.events) file = Apply(std::move(file), event);
  return file;
}

}  // namespace

TEST_CASE("A new report makes project, baseline and progress", "[projects][domain]") {
  const auto decision = TakeReport(nullptr, ReportOf());
  REQUIRE(decision.ok());
  REQUIRE(decision->change.events.size() == 3);
  CHECK(std::get<ProjectStateChanged>(decision->change.events[0]).from ==
        ProjectState::kUnspecified);
  CHECK(std::get<BaselineSet>(decision->change.events[1]).frozen);
  CHECK(std::get<MeasurementCertified>(decision->change.events[2]).physical_bp == 3'000);
  CHECK(decision->change.after.project.version == 3);
  CHECK(decision->change.after.project.physical_bp == 3'000);
  REQUIRE(decision->measurement.has_value());
  CHECK_FALSE(decision->measurement->correction);
  CHECK(Fold({}, decision->change) == decision->change.after);
}

TEST_CASE("A report of a project that has not begun makes no progress", "[projects][domain]") {
  Report report = ReportOf(0);
  report.project.state = ProjectState::kReserved;
  const auto decision = TakeReport(nullptr, report);
  REQUIRE(decision.ok());
  CHECK(decision->change.events.size() == 2);
  CHECK_FALSE(decision->measurement.has_value());
  CHECK_FALSE(decision->change.after.project.baseline_frozen);
}

TEST_CASE("A later report changes what differs", "[projects][domain]") {
  const ProjectFile first = TakeReport(nullptr, ReportOf())->change.after;
  const auto more = TakeReport(&first, ReportOf(80'000));
  REQUIRE(more.ok());
  REQUIRE(more->change.events.size() == 1);
  CHECK(std::get<MeasurementCertified>(more->change.events[0]).physical_bp == 4'800);
  Report renamed = ReportOf();
  renamed.project.name = "A larger school";
  renamed.work_items[0].name = "concrete";
  const auto change = TakeReport(&first, renamed);
  REQUIRE(change.ok());
  CHECK(change->change.events.size() == 3);
  CHECK(Fold(first, change->change) == change->change.after);
}

TEST_CASE("A report is taken if it is as new as the last one", "[projects][domain]") {
  CHECK(CheckNewest(ReportOf(), kDay).ok());
  CHECK(CheckNewest(ReportOf(), kDay - 1).ok());
  const absl::Status old = CheckNewest(ReportOf(), kDay + 1);
  CHECK(ReasonOf(old) == "REPORT_OUTDATED");
  CHECK(RefusalOf(old)->figures.at("last_reported_on") == "2026-03-03");
}

TEST_CASE("Reported progress that went back is a correction", "[projects][domain]") {
  const ProjectFile first = TakeReport(nullptr, ReportOf())->change.after;
  const auto back = TakeReport(&first, ReportOf(10'000));
  REQUIRE(back.ok());
  CHECK(back->measurement->correction);
  CHECK_FALSE(back->measurement->reason.empty());
  CHECK(back->change.after.project.physical_bp == 600);
}

TEST_CASE("A report without work items leaves the work as it is", "[projects][domain]") {
  const ProjectFile first = TakeReport(nullptr, ReportOf())->change.after;
  Report report = ReportOf();
  report.work_items.clear();
  const auto decision = TakeReport(&first, report);
  REQUIRE(decision.ok());
  CHECK(decision->change.events.empty());
  CHECK(decision->change.after == first);
}

TEST_CASE("Reports do not touch controlled projects, nor change the currency",
          "[projects][domain]") {
  ProjectFile present = FileIn(ProjectState::kExecuting);
  CHECK(ReasonOf(TakeReport(&present, ReportOf()).status()) == "PROJECT_EXISTS");
  present.project.observed = true;
  Report report = ReportOf();
  report.project.currency = "MXN";
  CHECK(ReasonOf(TakeReport(&present, report).status()) == "CURRENCY_MISMATCH");
  report.work_items[0].value_minor = INT64_MAX;
  CHECK(ReasonOf(TakeReport(nullptr, report).status()) == "FIELD_INVALID");
}

}  // namespace fiscus::projects
