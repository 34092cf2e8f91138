// Measurements (工程计量): recorded by the unit, certified by another person; only certified
// quantities are progress.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/projects/domain/project.h"

namespace fiscus::projects {

enum class MeasurementState : int16_t {
  kUnspecified = 0,
  kRecorded = 1,
  kCertified = 2,
  kRefused = 3
};

std::string_view Name(MeasurementState state);

// Quantity of a work item to date, thousandths of its unit.
struct MeasuredQuantity {
  std::string work_item_id;
  int64_t quantity_milli = 0;
  friend bool operator==(const MeasuredQuantity&, const MeasuredQuantity&) = default;
};

struct Measurement {
  std::string measurement_id;
  std::string project_id;
  absl::CivilDay measured_on;
  std::vector<MeasuredQuantity> quantities;
  MeasurementState state = MeasurementState::kRecorded;
  std::string recorded_by;
  bool correction = false;  // may lower quantities; then `reason` is not empty (P6)
  std::string reason;
  friend bool operator==(const Measurement&, const Measurement&) = default;
};

// Decides whether a measurement may be recorded against the work items as certified now.
// Refuses, in this order: WRONG_STATE (only EXECUTING, and COMPLETED below 100 %),
// WORK_ITEM_NOT_FOUND,
//   QUANTITY_OUT_OF_RANGE, PROGRESS_DECREASES, OBSERVED_PROJECT.
absl::Status CheckRecord(const ProjectFile& file, const Measurement& measurement);

// The supervisor's decision on a recorded measurement.
struct Certification {
  std::string certifier;
  bool refuse = false;
  std::string reason;  // of a refusal; not empty then
};

struct CertifiedMeasurement;  // project_event.h: the measurement decided, and the project's change
                              // (none if refused)
struct MeasurementCertified;  // project_event.h

// The fact that the quantities of a measurement count: items, progress and certified values after
// it. Checks nothing.
MeasurementCertified ProgressOf(const ProjectFile& file, Measurement measurement);

// Decides a recorded measurement. The quantities are checked again: another may have been certified
// since. Refuses, in this order: WRONG_STATE (project or measurement), SAME_PERSON, and, unless it
// is refused, WORK_ITEM_NOT_FOUND,
//   QUANTITY_OUT_OF_RANGE, PROGRESS_DECREASES.
absl::StatusOr<CertifiedMeasurement> Certify(const ProjectFile& file,
                                             const Measurement& measurement,
                                             const Certification& certification);

}  // namespace fiscus::projects
