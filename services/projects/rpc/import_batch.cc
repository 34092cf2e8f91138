#include "services/projects/rpc/import_batch.h"

#include <utility>

#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/projects/codec/convert.h"
#include "services/projects/domain/family.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {

absl::StatusOr<std::vector<ImportOutcome>> ImportBatch::Run(
    const std::vector<ImportEntry>& entries) {
  RETURN_IF_ERROR(LoadAll(entries));
  std::vector<ImportOutcome> outcomes;
  for (const ImportEntry& entry : entries) {
    ASSIGN_OR_RETURN(ImportOutcome outcome, TakeOne(entry));
    outcomes.push_back(std::move(outcome));
  }
  RETURN_IF_ERROR(Flush());
  ASSIGN_OR_RETURN(const bool inserted, InsertMeasurements(tx_, measurements_));
  if (!inserted) return absl::AbortedError("a report was taken beside us");
  RETURN_IF_ERROR(InsertImportItems(tx_, items_, call_.now));
  RETURN_IF_ERROR(SaveLastReports(tx_, new_last_reports_));
  RETURN_IF_ERROR(events::Append(tx_, call_, events_).status());
  return outcomes;
}

absl::Status ImportBatch::LoadAll(const std::vector<ImportEntry>& entries) {
  std::vector<std::string> request_ids;
  std::set<std::string> projects;
  std::set<std::string> with_parents;
  std::set<std::string> codes;
  for (const ImportEntry& entry : entries) {
    if (!entry.report.ok()) continue;
    const Project& project = entry.report->project;
    request_ids.push_back(entry.request_id);
    projects.insert(project.project_id);
    with_parents.insert(project.project_id);
    if (!project.parent_project_id.empty()) with_parents.insert(project.parent_project_id);
    codes.insert(project.code);
  }
  // All ancestors: two batches that together would close a cycle meet at a lock.
  ASSIGN_OR_RETURN(const std::set<std::string> ancestors, FindAncestors(tx_, with_parents));
  with_parents.insert(ancestors.begin(), ancestors.end());
  ASSIGN_OR_RETURN(files_,
                   LockProjects(tx_, {with_parents.begin(), with_parents.end()}, Depth::kFile));
  ASSIGN_OR_RETURN(taken_, FindImportItems(tx_, request_ids));
  ASSIGN_OR_RETURN(last_reports_, LoadLastReports(tx_, {projects.begin(), projects.end()}));
  ASSIGN_OR_RETURN(codes_, FindLiveCodes(tx_, codes));
  return absl::OkStatus();
}

absl::StatusOr<ImportOutcome> ImportBatch::TakeOne(const ImportEntry& entry) {
  if (!entry.report.ok()) return ImportOutcome{.status = entry.report.status()};
  if (std::optional<ImportOutcome> seen = Replay(entry)) return *std::move(seen);
  const Report& report = *entry.report;
  const std::string& id = report.project.project_id;
  const auto found = files_.find(id);
  const ProjectFile* present = found == files_.end() ? nullptr : &found->second;
  if (present != nullptr) {
    if (absl::Status held = CheckUnit(*present); !held.ok())
      return ImportOutcome{.status = std::move(held)};
  }
  const auto last = last_reports_.find(id);
  if (last != last_reports_.end() && last->second.digest == entry.digest) {
    items_.push_back({.request_id = entry.request_id, .project_id = id, .digest = entry.digest});
    taken_[entry.request_id] = items_.back();
    return ImportOutcome{.status = absl::OkStatus(), .replayed = true};
  }
  if (last != last_reports_.end()) {
    if (absl::Status newest = CheckNewest(report, last->second.reported_on); !newest.ok())
      return ImportOutcome{.status = std::move(newest)};
  }
  if (absl::Status free = CheckCode(report); !free.ok())
    return ImportOutcome{.status = std::move(free)};
  absl::StatusOr<ReportDecision> decision = TakeReport(present, report);
  if (!decision.ok()) return ImportOutcome{.status = decision.status()};
  absl::Status fits = CheckRelatives(decision->change.after.project, present == nullptr);
  // Only a refusal belongs to the entry; anything else ends the transaction.
  if (!fits.ok() && !RefusalOf(fits).has_value()) return fits;
  if (!fits.ok()) return ImportOutcome{.status = std::move(fits)};
  RETURN_IF_ERROR(Stage(entry, present, *std::move(decision)));
  return ImportOutcome{};
}

std::optional<ImportOutcome> ImportBatch::Replay(const ImportEntry& entry) const {
  const auto taken = taken_.find(entry.request_id);
  if (taken == taken_.end()) return std::nullopt;
  if (taken->second.digest == entry.digest)
    return ImportOutcome{.status = absl::OkStatus(), .replayed = true};
  return ImportOutcome{.status = pg::RequestIdReused(entry.request_id)};
}

// The dispatcher has checked the reported unit; a project may not be taken from another one.
absl::Status ImportBatch::CheckUnit(const ProjectFile& present) const {
  if (call_.caller.Holds(call_.intent, present.project.unit_path)) return absl::OkStatus();
  return Refuse(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE",
                "the project belongs to a unit where the caller does not hold " + call_.intent,
                {{"intent", call_.intent}, {"project_id", present.project.project_id}},
                kCommonDomain);
}

absl::Status ImportBatch::CheckCode(const Report& report) const {
  if (IsOver(report.project.state)) return absl::OkStatus();
  const auto owner = codes_.find(report.project.code);
  if (owner == codes_.end() || owner->second == report.project.project_id) return absl::OkStatus();
  return Refused(Reason::kProjectCodeTaken, "another live project has this code",
                 {{"code", report.project.code}, {"project_id", owner->second}});
}

// As they are by now in this transaction; all are locked, unless one was hung elsewhere since they
// were looked for.
absl::StatusOr<std::vector<std::string>> ImportBatch::AncestorsOf(const Project& project) const {
  std::vector<std::string> ancestors;
  std::set<std::string> seen;
  std::string id = project.parent_project_id;
  while (!id.empty() && seen.insert(id).second) {
    const auto file = files_.find(id);
    if (file == files_.end()) return absl::AbortedError("a parent was changed beside us");
    ancestors.push_back(id);
    id = file->second.project.parent_project_id;
  }
  return ancestors;
}

absl::Status ImportBatch::CheckRelatives(const Project& after, bool is_new) {
  const bool has_parent = !after.parent_project_id.empty();
  if (!has_parent && is_new) return absl::OkStatus();
  RETURN_IF_ERROR(Flush());  // sums are taken from rows
  if (has_parent) {
    const auto parent = files_.find(after.parent_project_id);
    if (parent == files_.end()) {
      return Refused(Reason::kProjectNotFound, "there is no such parent project",
                     {{"project_id", after.parent_project_id}});
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> ancestors, AncestorsOf(after));
    RETURN_IF_ERROR(CheckAncestors(after, ancestors));
    ASSIGN_OR_RETURN(const Children siblings,
                     SumChildren(tx_, after.parent_project_id, after.project_id));
    RETURN_IF_ERROR(CheckChild(after, parent->second.project, siblings));
  }
  if (is_new) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Children children, SumChildren(tx_, after.project_id, after.project_id));
  return CheckParent(after, children);
}

absl::Status ImportBatch::Stage(const ImportEntry& entry, const ProjectFile* present,
                                ReportDecision decision) {
  const Project& after = decision.change.after.project;
  const std::string id = after.project_id;
  if (staged_ids_.contains(id)) RETURN_IF_ERROR(Flush());
  for (const ProjectEvent& event : decision.change.events) events_.push_back(ToEvent(after, event));
  if (decision.measurement.has_value()) measurements_.push_back(*std::move(decision.measurement));
  items_.push_back({.request_id = entry.request_id, .project_id = id, .digest = entry.digest});
  taken_[entry.request_id] = items_.back();
  last_reports_[id] = {.reported_on = entry.report->reported_on, .digest = entry.digest};
  new_last_reports_[id] = last_reports_[id];
  if (present != nullptr) {
    const auto owned = codes_.find(present->project.code);
    if (owned != codes_.end() && owned->second == id) codes_.erase(owned);
  }
  if (!IsOver(after.state)) codes_[after.code] = id;
  if (!decision.change.events.empty()) {
    staged_.push_back({.before = present == nullptr ? std::nullopt : std::optional(*present),
                       .after = decision.change.after});
    staged_ids_.insert(id);
  }
  files_[id] = std::move(decision.change.after);
  return absl::OkStatus();
}

absl::Status ImportBatch::Flush() {
  if (staged_.empty()) return absl::OkStatus();
  std::vector<ProjectWrite> writes;
  for (const Staged& staged : staged_) {
    writes.push_back(
        {.before = staged.before.has_value() ? &*staged.before : nullptr, .after = &staged.after});
  }
  RETURN_IF_ERROR(SaveProjects(tx_, writes));
  staged_.clear();
  staged_ids_.clear();
  return absl::OkStatus();
}

}  // namespace fiscus::projects
