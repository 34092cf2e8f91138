#include "services/projects/domain/measurement.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "libs/core/money.h"
#include "libs/core/status.h"
#include "services/projects/domain/progress.h"
#include "services/projects/domain/project_event.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

constexpr std::array<std::string_view, 4> kStateNames = {"UNSPECIFIED", "RECORDED", "CERTIFIED",
                                                         "REFUSED"};

const WorkItem* FindItem(const std::vector<WorkItem>& items, std::string_view id) {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const WorkItem& item) { return item.work_item_id == id; });
  return found == items.end() ? nullptr : &*found;
}

absl::Status CheckMeasurable(const Project& project) {
  if (project.state == ProjectState::kExecuting) return absl::OkStatus();
  // Completed by a waiver: what is left is measured as it is made good.
  if (project.state == ProjectState::kCompleted && project.physical_bp < kWholeBp)
    return absl::OkStatus();
  return Refused(Reason::kWrongState, "work is measured only while something is left to be done",
                 {{"state", std::string(Name(project.state))}});
}

absl::Status CheckQuantity(const WorkItem& item, const MeasuredQuantity& measured,
                           bool correction) {
  const Figures figures = {{"work_item_id", item.work_item_id},
                           {"measured_milli", std::to_string(measured.quantity_milli)},
                           {"certified_milli", std::to_string(item.certified_milli)},
                           {"quantity_milli", std::to_string(item.quantity_milli)}};
  if (measured.quantity_milli < 0 || measured.quantity_milli > item.quantity_milli) {
    return Refused(Reason::kQuantityOutOfRange,
                   "the measured quantity lies outside 0 .. the item's whole quantity", figures);
  }
  if (measured.quantity_milli < item.certified_milli && !correction) {
    return Refused(Reason::kProgressDecreases,
                   "the quantity is below the certified one; only a correction may lower it",
                   figures);
  }
  return absl::OkStatus();
}

absl::Status CheckQuantities(const ProjectFile& file, const Measurement& measurement) {
  for (const MeasuredQuantity& measured : measurement.quantities) {
    if (FindItem(file.work_items, measured.work_item_id) == nullptr) {
      return Refused(Reason::kWorkItemNotFound, "the project has no such work item",
                     {{"work_item_id", measured.work_item_id}});
    }
  }
  for (const MeasuredQuantity& measured : measurement.quantities) {
    RETURN_IF_ERROR(CheckQuantity(*FindItem(file.work_items, measured.work_item_id), measured,
                                  measurement.correction));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view Name(MeasurementState state) { return kStateNames.at(static_cast<size_t>(state)); }

absl::Status CheckRecord(const ProjectFile& file, const Measurement& measurement) {
  RETURN_IF_ERROR(CheckMeasurable(file.project));
  RETURN_IF_ERROR(CheckQuantities(file, measurement));
  if (file.project.observed) {
    return Refused(Reason::kObservedProject, "progress of an observed project comes by import");
  }
  return absl::OkStatus();
}

MeasurementCertified ProgressOf(const ProjectFile& file, Measurement measurement) {
  MeasurementCertified event;
  std::vector<WorkItem> items = file.work_items;
  for (WorkItem& item : items) {
    for (const MeasuredQuantity& measured : measurement.quantities) {
      if (measured.work_item_id != item.work_item_id) continue;
      item.certified_milli = measured.quantity_milli;
      event.work_items.push_back(item);
    }
  }
  event.physical_before_bp = file.project.physical_bp;
  event.physical_bp = PhysicalBp(items);
  event.contracts = CertifiedValues(items, measurement.quantities);
  event.measurement = std::move(measurement);
  return event;
}

absl::StatusOr<CertifiedMeasurement> Certify(const ProjectFile& file,
                                             const Measurement& measurement,
                                             const Certification& certification) {
  RETURN_IF_ERROR(CheckMeasurable(file.project));
  if (measurement.state != MeasurementState::kRecorded) {
    return Refused(Reason::kWrongState, "the measurement was decided before",
                   {{"state", std::string(Name(measurement.state))}});
  }
  if (certification.certifier == measurement.recorded_by) {
    return Refused(Reason::kSamePerson, "who recorded a measurement may not decide it");
  }
  CertifiedMeasurement result{.measurement = measurement, .change = {.after = file, .events = {}}};
  if (certification.refuse) {
    result.measurement.state = MeasurementState::kRefused;
    result.measurement.reason = certification.reason;
    return result;
  }
  RETURN_IF_ERROR(CheckQuantities(file, measurement));
  result.measurement.state = MeasurementState::kCertified;
  Append(ProgressOf(file, result.measurement), result.change);
  return result;
}

}  // namespace fiscus::projects
