// Takes up to 1,000 reports of observed projects in one transaction: rows are read and written by
// arrays, each report is decided by itself, and one that is refused does not harm its neighbours.
// Used from one thread, for one attempt of the transaction.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/events/outbox.h"
#include "libs/pg/database.h"
#include "libs/runtime/call.h"
#include "services/projects/domain/import.h"
#include "services/projects/store/measurement_store.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {

// A report as it came.
struct ImportEntry {
  std::string request_id;
  std::string digest;             // SHA-256 of the report without its request id
  absl::StatusOr<Report> report;  // FIELD_INVALID: malformed
};

// What became of it.
struct ImportOutcome {
  absl::Status status;    // OK or a refusal
  bool replayed = false;  // taken before: nothing changed
};

class ImportBatch {
 public:
  ImportBatch(pg::Tx& tx, const Call& call) : tx_(tx), call_(call) {}

  // Outcomes in the order of the entries. An error is trouble with the database, not with an entry.
  // Refusals of an entry, in this order: FIELD_INVALID, REQUEST_ID_REUSED, OUT_OF_SCOPE (the caller
  // does not hold the intent at the unit that the project has now), REPORT_OUTDATED,
  // PROJECT_CODE_TAKEN, as TakeReport, PROJECT_NOT_FOUND (its parent), PARENT_CYCLE, as CheckChild,
  // as CheckParent.
  absl::StatusOr<std::vector<ImportOutcome>> Run(const std::vector<ImportEntry>& entries);

 private:
  // A project that will be written with the next flush.
  struct Staged {
    std::optional<ProjectFile> before;
    ProjectFile after;
  };

  absl::Status LoadAll(const std::vector<ImportEntry>& entries);
  absl::StatusOr<ImportOutcome> TakeOne(const ImportEntry& entry);
  std::optional<ImportOutcome> Replay(const ImportEntry& entry) const;
  absl::Status CheckUnit(const ProjectFile& present) const;
  absl::Status CheckCode(const Report& report) const;
  absl::StatusOr<std::vector<std::string>> AncestorsOf(const Project& project) const;
  absl::Status CheckRelatives(const Project& after, bool is_new);
  absl::Status Stage(const ImportEntry& entry, const ProjectFile* present, ReportDecision decision);
  absl::Status Flush();

  pg::Tx& tx_;
  const Call& call_;
  ProjectFiles files_;                        // as they are by now, in this transaction
  std::map<std::string, std::string> codes_;  // live code → project
  LastReports last_reports_;
  LastReports new_last_reports_;             // that this batch makes the last ones
  std::map<std::string, ImportItem> taken_;  // by request id
  std::deque<Staged> staged_;
  std::set<std::string> staged_ids_;
  std::vector<Measurement> measurements_;
  std::vector<ImportItem> items_;
  std::vector<events::Event> events_;
};

}  // namespace fiscus::projects
