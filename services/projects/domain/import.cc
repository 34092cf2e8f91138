#include "services/projects/domain/import.h"

#include <algorithm>
#include <utility>

#include "libs/core/dates.h"
#include "services/projects/domain/progress.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

// The reported project with what only we know about the present one.
Project Merged(const Project& reported, const Project& present) {
  Project merged = reported;
  merged.observed = true;
  merged.version = present.version;
  merged.physical_bp = present.physical_bp;
  merged.declared_by = present.declared_by;
  merged.baseline_frozen = present.baseline_frozen;
  return merged;
}

// The reported items with the quantities that are certified so far.
std::vector<WorkItem> Planned(const std::vector<WorkItem>& reported,
                              const std::vector<WorkItem>& present) {
  std::vector<WorkItem> planned = reported;
  for (WorkItem& item : planned) {
    const auto known = std::find_if(present.begin(), present.end(), [&](const WorkItem& p) {
      return p.work_item_id == item.work_item_id;
    });
    item.certified_milli =
        known == present.end() ? 0 : std::min(known->certified_milli, item.quantity_milli);
  }
  return planned;
}

Measurement MeasurementOf(const Report& report, const std::vector<WorkItem>& planned) {
  Measurement measurement{.measurement_id = report.measurement_id,
                          .project_id = report.project.project_id,
                          .measured_on = report.reported_on,
                          .quantities = {},
                          .state = MeasurementState::kCertified,
                          .recorded_by = report.reporter,
                          .correction = false,
                          .reason = {}};
  for (size_t i = 0; i < planned.size(); ++i) {
    const int64_t reported_milli = report.work_items[i].certified_milli;
    measurement.quantities.push_back({planned[i].work_item_id, reported_milli});
    if (reported_milli < planned[i].certified_milli) measurement.correction = true;
  }
  return measurement;
}

void AddBaseline(const Report& report, const std::vector<WorkItem>& planned,
                 ProjectChange& change) {
  const bool frozen = HasStarted(change.after.project.state);
  if (planned == change.after.work_items && frozen == change.after.project.baseline_frozen) return;
  Append(BaselineSet{.work_items = planned,
                     .milestones = change.after.milestones,
                     .frozen = frozen,
                     .effective_date = report.reported_on},
         change);
}

}  // namespace

absl::Status CheckNewest(const Report& report, absl::CivilDay last_reported_on) {
  if (report.reported_on >= last_reported_on) return absl::OkStatus();
  return Refused(Reason::kReportOutdated, "a newer report of this project was taken before",
                 {{"reported_on", FormatDate(report.reported_on)},
                  {"last_reported_on", FormatDate(last_reported_on)}});
}

absl::StatusOr<ReportDecision> TakeReport(const ProjectFile* present, const Report& report) {
  if (present != nullptr && !present->project.observed) {
    return Refused(Reason::kProjectExists, "a project with this id exists and is not observed",
                   {{"project_id", present->project.project_id}});
  }
  if (present != nullptr && present->project.currency != report.project.currency) {
    return Refused(
        Reason::kCurrencyMismatch, "the project was reported in another currency before",
        {{"currency", report.project.currency}, {"project_currency", present->project.currency}});
  }
  if (!ValuesFit(report.work_items)) {
    return InvalidFields({{"work_items.value", "the values sum to more than 2^63 - 1"}});
  }
  ReportDecision decision;
  if (present != nullptr) decision.change.after = *present;
  ProjectFile& after = decision.change.after;
  Project merged = Merged(report.project, after.project);
  if (present == nullptr || !(merged == after.project)) {
    Append(ProjectStateChanged{.project = std::move(merged),
                               .from = present == nullptr ? ProjectState::kUnspecified
                                                          : present->project.state,
                               .command = ProjectCommand::kNone,
                               .effective_date = report.reported_on,
                               .reason = report.project.source_ref},
           decision.change);
  }
  if (report.work_items.empty()) return decision;  // says nothing about the work
  const std::vector<WorkItem> planned = Planned(report.work_items, after.work_items);
  AddBaseline(report, planned, decision.change);
  const bool measured = std::any_of(report.work_items.begin(), report.work_items.end(),
                                    [](const WorkItem& item) { return item.certified_milli > 0; });
  if (!measured && !HasStarted(after.project.state)) return decision;
  Measurement measurement = MeasurementOf(report, planned);
  MeasurementCertified event = ProgressOf(after, measurement);
  // Items that were replaced may lower the whole, although no item went back.
  if (event.physical_bp < event.physical_before_bp) event.measurement.correction = true;
  if (event.measurement.correction) event.measurement.reason = "reported so by the source";
  decision.measurement = event.measurement;
  Append(std::move(event), decision.change);
  return decision;
}

}  // namespace fiscus::projects
