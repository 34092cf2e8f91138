// Measurements and reports taken, in PostgreSQL. Functions of an open transaction; the project is
// locked by whoever changes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/projects/domain/measurement.h"

namespace fiscus::projects {

// False if one of them exists by id: then the transaction must be given up.
absl::StatusOr<bool> InsertMeasurements(pg::Tx& tx, const std::vector<Measurement>& measurements);
// MEASUREMENT_NOT_FOUND. Locks nothing.
absl::StatusOr<Measurement> LoadMeasurement(pg::Tx& tx, const std::string& id);
// State and reason of a recorded one. ABORTED if it was decided meanwhile.
absl::Status DecideMeasurement(pg::Tx& tx, const Measurement& measurement,
                               const std::string& decided_by);

// A page of a project's measurements, newest first. It ends early when it holds kPageQuantitiesMax
// quantities (about 1 MiB): a measurement may have 2,000 of them.
inline constexpr int64_t kPageQuantitiesMax = 20'000;
struct MeasurementFilter {
  std::string project_id;
  std::string after_date;  // keyset: date and id of the last one; empty: from the newest
  std::string after_id;
  int limit = 0;
};
struct MeasurementPage {
  std::vector<Measurement> measurements;
  bool more = false;  // there are older ones
};
absl::StatusOr<MeasurementPage> ListMeasurements(pg::Tx& tx, const MeasurementFilter& filter);

// A report that was taken.
struct ImportItem {
  std::string request_id;
  std::string project_id;
  std::string digest;  // SHA-256 of the report without its request id
};
// By request id.
absl::StatusOr<std::map<std::string, ImportItem>> FindImportItems(
    pg::Tx& tx, const std::vector<std::string>& request_ids);
// The newest report taken of a project.
struct LastReport {
  absl::CivilDay reported_on;
  std::string digest;
};
using LastReports = std::map<std::string, LastReport>;  // by project
absl::StatusOr<LastReports> LoadLastReports(pg::Tx& tx,
                                            const std::vector<std::string>& project_ids);
absl::Status SaveLastReports(pg::Tx& tx, const LastReports& reports);
// ABORTED if one of them was taken meanwhile.
absl::Status InsertImportItems(pg::Tx& tx, const std::vector<ImportItem>& items, absl::Time now);

}  // namespace fiscus::projects
