#include "services/projects/store/project_store.h"

#include <utility>

#include "libs/core/status.h"
#include "services/projects/domain/reason.h"
#include "services/projects/store/columns.h"
#include "services/projects/store/queries.h"

namespace fiscus::projects {
namespace {

Project ProjectOf(const pg::Row& row) {
  return {.project_id = row.Text("project_id"),
          .code = row.Text("code"),
          .name = row.Text("name"),
          .unit_path = row.Text("unit_path"),
          .sector = row.Text("sector"),
          .parent_project_id = row.Text("parent_project_id"),
          .currency = row.Text("currency"),
          .approved_investment_minor = row.Int("approved_investment_minor"),
          .planned_start = DateOrNull(row, "planned_start"),
          .planned_end = DateOrNull(row, "planned_end"),
          .targets = {},
          .documents = {},
          .state = static_cast<ProjectState>(row.Int("state")),
          .version = row.Int("version"),
          .physical_bp = static_cast<int32_t>(row.Int("physical_bp")),
          .observed = row.Bool("observed"),
          .key_project = row.Bool("key_project"),
          .source_ref = row.Text("source_ref"),
          .declared_by = row.Text("declared_by"),
          .baseline_frozen = row.Bool("baseline_frozen")};
}

pg::Args ByIds(const pg::Tx& tx, const std::vector<std::string>& ids) {
  return pg::Args().Text(tx.tenant()).TextArray(ids);
}

absl::Status LoadTargets(pg::Tx& tx, const pg::Args& ids, ProjectFiles& files) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadTargets, ids));
  for (const pg::Row row : rows) {
    files.at(row.Text("project_id"))
        .project.targets.push_back({.name = row.Text("name"),
                                    .unit = row.Text("unit"),
                                    .value_milli = row.Int("value_milli")});
  }
  return absl::OkStatus();
}

absl::Status LoadDocuments(pg::Tx& tx, const pg::Args& ids, ProjectFiles& files) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadDocuments, ids));
  for (const pg::Row row : rows) {
    files.at(row.Text("project_id"))
        .project.documents.push_back({.kind = row.Text("kind"),
                                      .sha256 = row.Text("sha256"),
                                      .title = row.Text("title"),
                                      .reason = row.Text("reason"),
                                      .brought_by = row.Text("brought_by")});
  }
  return absl::OkStatus();
}

absl::Status LoadWorkItems(pg::Tx& tx, const pg::Args& ids, ProjectFiles& files) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadWorkItems, ids));
  for (const pg::Row row : rows) {
    files.at(row.Text("project_id"))
        .work_items.push_back({.work_item_id = row.Text("work_item_id"),
                               .name = row.Text("name"),
                               .contract_id = row.Text("contract_id"),
                               .value_minor = row.Int("value_minor"),
                               .quantity_milli = row.Int("quantity_milli"),
                               .quantity_unit = row.Text("quantity_unit"),
                               .planned_start = row.Date("planned_start"),
                               .planned_end = row.Date("planned_end"),
                               .certified_milli = row.Int("certified_milli")});
  }
  return absl::OkStatus();
}

absl::Status LoadMilestones(pg::Tx& tx, const pg::Args& ids, ProjectFiles& files) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadMilestones, ids));
  for (const pg::Row row : rows) {
    files.at(row.Text("project_id"))
        .milestones.push_back({.milestone_id = row.Text("milestone_id"),
                               .name = row.Text("name"),
                               .due_date = row.Date("due_date"),
                               .critical = row.Bool("critical"),
                               .met_on = DateOrNull(row, "met_on")});
  }
  return absl::OkStatus();
}

// The parts of projects whose rows were read.
absl::Status LoadParts(pg::Tx& tx, Depth depth, ProjectFiles& files) {
  if (files.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const auto& [id, file] : files) ids.push_back(id);
  const pg::Args args = ByIds(tx, ids);
  RETURN_IF_ERROR(LoadTargets(tx, args, files));
  RETURN_IF_ERROR(LoadDocuments(tx, args, files));
  if (depth == Depth::kProject) return absl::OkStatus();
  RETURN_IF_ERROR(LoadWorkItems(tx, args, files));
  return LoadMilestones(tx, args, files);
}

absl::StatusOr<ProjectFiles> ReadFiles(pg::Tx& tx, const pg::Query& query,
                                       const std::vector<std::string>& ids, Depth depth) {
  ProjectFiles files;
  if (ids.empty()) return files;
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(query, ByIds(tx, ids)));
  for (const pg::Row row : rows) {
    Project project = ProjectOf(row);
    std::string id = project.project_id;
    files[std::move(id)].project = std::move(project);
  }
  RETURN_IF_ERROR(LoadParts(tx, depth, files));
  return files;
}

absl::StatusOr<ProjectFile> Only(absl::StatusOr<ProjectFiles> files, const std::string& id) {
  if (!files.ok()) return files.status();
  if (files->empty()) {
    return Refused(Reason::kProjectNotFound, "there is no such project", {{"project_id", id}});
  }
  return std::move(files->begin()->second);
}

// A part of a project and the project that it belongs to.
template <class Part>
struct Owned {
  const std::string* project_id;
  int ordinal;
  const Part* part;
};

template <class Part>
void Collect(const std::string& project_id, const std::vector<Part>& parts,
             std::vector<Owned<Part>>& all) {
  int ordinal = 0;
  for (const Part& part : parts) all.push_back({&project_id, ++ordinal, &part});
}

// The parts of some kind that differ: of which projects the old ones go, and all that come.
template <class Part>
struct Replacement {
  std::vector<std::string> emptied;
  std::vector<Owned<Part>> added;

  void Add(const std::string& project_id, const std::vector<Part>* before,
           const std::vector<Part>& after) {
    if (before != nullptr && *before == after) return;
    if (before != nullptr && !before->empty()) emptied.push_back(project_id);
    Collect(project_id, after, added);
  }
};

template <class Part>
Columns OwnedColumns(const pg::Tx& tx, const std::vector<Owned<Part>>& parts) {
  Columns columns(pg::Args().Text(tx.tenant()));
  columns.Text(parts, [](const Owned<Part>& p) { return *p.project_id; })
      .Int(parts, [](const Owned<Part>& p) { return p.ordinal; });
  return columns;
}

absl::Status Delete(pg::Tx& tx, const pg::Query& query, const std::vector<std::string>& ids) {
  return ids.empty() ? absl::OkStatus() : tx.Run(query, ByIds(tx, ids)).status();
}

absl::Status SaveTargets(pg::Tx& tx, const Replacement<Target>& change) {
  RETURN_IF_ERROR(Delete(tx, sql::kDeleteTargets, change.emptied));
  if (change.added.empty()) return absl::OkStatus();
  using O = Owned<Target>;
  Columns columns = OwnedColumns(tx, change.added);
  columns.Text(change.added, [](const O& o) { return o.part->name; })
      .Text(change.added, [](const O& o) { return o.part->unit; })
      .Int(change.added, [](const O& o) { return o.part->value_milli; });
  return tx.Run(sql::kInsertTargets, columns.args()).status();
}

absl::Status SaveDocuments(pg::Tx& tx, const Replacement<DocumentRef>& change) {
  RETURN_IF_ERROR(Delete(tx, sql::kDeleteDocuments, change.emptied));
  if (change.added.empty()) return absl::OkStatus();
  using O = Owned<DocumentRef>;
  Columns columns = OwnedColumns(tx, change.added);
  columns.Text(change.added, [](const O& o) { return o.part->kind; })
      .Text(change.added, [](const O& o) { return o.part->sha256; })
      .Text(change.added, [](const O& o) { return o.part->title; })
      .Text(change.added, [](const O& o) { return o.part->reason; })
      .Text(change.added, [](const O& o) { return o.part->brought_by; });
  return tx.Run(sql::kInsertDocuments, columns.args()).status();
}

absl::Status SaveWorkItems(pg::Tx& tx, const Replacement<WorkItem>& change) {
  RETURN_IF_ERROR(Delete(tx, sql::kDeleteWorkItems, change.emptied));
  if (change.added.empty()) return absl::OkStatus();
  using O = Owned<WorkItem>;
  Columns columns = OwnedColumns(tx, change.added);
  columns.Text(change.added, [](const O& o) { return o.part->work_item_id; })
      .Text(change.added, [](const O& o) { return o.part->name; })
      .TextOrNull(change.added, [](const O& o) { return o.part->contract_id; })
      .Int(change.added, [](const O& o) { return o.part->value_minor; })
      .Int(change.added, [](const O& o) { return o.part->quantity_milli; })
      .Text(change.added, [](const O& o) { return o.part->quantity_unit; })
      .Text(change.added, [](const O& o) { return FormatDate(o.part->planned_start); })
      .Text(change.added, [](const O& o) { return FormatDate(o.part->planned_end); })
      .Int(change.added, [](const O& o) { return o.part->certified_milli; });
  return tx.Run(sql::kInsertWorkItems, columns.args()).status();
}

absl::Status SaveMilestones(pg::Tx& tx, const Replacement<Milestone>& change) {
  RETURN_IF_ERROR(Delete(tx, sql::kDeleteMilestones, change.emptied));
  if (change.added.empty()) return absl::OkStatus();
  using O = Owned<Milestone>;
  Columns columns = OwnedColumns(tx, change.added);
  columns.Text(change.added, [](const O& o) { return o.part->milestone_id; })
      .Text(change.added, [](const O& o) { return o.part->name; })
      .Text(change.added, [](const O& o) { return FormatDate(o.part->due_date); })
      .Bool(change.added, [](const O& o) { return o.part->critical; })
      .TextOrNull(change.added, [](const O& o) { return DateText(o.part->met_on); });
  return tx.Run(sql::kInsertMilestones, columns.args()).status();
}

// Writes the rows of table project, all new or all changed.
absl::Status SaveRows(pg::Tx& tx, const pg::Query& query,
                      const std::vector<const Project*>& projects) {
  if (projects.empty()) return absl::OkStatus();
  using P = const Project*;
  Columns columns(pg::Args().Text(tx.tenant()));
  columns.Text(projects, [](P p) { return p->project_id; })
      .Text(projects, [](P p) { return p->code; })
      .Text(projects, [](P p) { return p->name; })
      .Text(projects, [](P p) { return p->unit_path; })
      .Text(projects, [](P p) { return p->sector; })
      .TextOrNull(projects, [](P p) { return p->parent_project_id; })
      .Text(projects, [](P p) { return p->currency; })
      .Int(projects, [](P p) { return p->approved_investment_minor; })
      .TextOrNull(projects, [](P p) { return DateText(p->planned_start); })
      .TextOrNull(projects, [](P p) { return DateText(p->planned_end); })
      .Int(projects, [](P p) { return p->state; })
      .Int(projects, [](P p) { return p->version; })
      .Int(projects, [](P p) { return p->physical_bp; })
      .Bool(projects, [](P p) { return p->observed; })
      .Bool(projects, [](P p) { return p->key_project; })
      .Text(projects, [](P p) { return p->source_ref; })
      .Text(projects, [](P p) { return p->declared_by; })
      .Bool(projects, [](P p) { return p->baseline_frozen; });
  const absl::Status saved =
      tx.RunExactly(static_cast<int64_t>(projects.size()), query, columns.args());
  // A changed code that somebody took meanwhile: run again and refuse.
  if (saved.code() == absl::StatusCode::kAlreadyExists) return absl::AbortedError(saved.message());
  return saved;
}

}  // namespace

absl::StatusOr<ProjectFiles> LoadProjects(pg::Tx& tx, const std::vector<std::string>& ids,
                                          Depth depth) {
  return ReadFiles(tx, sql::kLoadProjects, ids, depth);
}

absl::StatusOr<ProjectFiles> LockProjects(pg::Tx& tx, const std::vector<std::string>& ids,
                                          Depth depth) {
  return ReadFiles(tx, sql::kLockProjects, ids, depth);
}

absl::StatusOr<ProjectFile> LoadProject(pg::Tx& tx, const std::string& id, Depth depth) {
  return Only(LoadProjects(tx, {id}, depth), id);
}

absl::StatusOr<ProjectFile> LockProject(pg::Tx& tx, const std::string& id, Depth depth) {
  return Only(LockProjects(tx, {id}, depth), id);
}

absl::StatusOr<std::vector<Project>> ListProjects(pg::Tx& tx, const ProjectFilter& filter) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kListProjects, pg::Args()
                                                  .Text(tx.tenant())
                                                  .TextArray(filter.scopes)
                                                  .Text(filter.under_path)
                                                  .Int(static_cast<int64_t>(filter.state))
                                                  .TextOrNull(filter.parent_project_id)
                                                  .Text(filter.code)
                                                  .TextOrNull(filter.after_id)
                                                  .Int(filter.limit)));
  ProjectFiles files;  // ordered by id, as the page is
  for (const pg::Row row : rows) files[row.Text("project_id")].project = ProjectOf(row);
  RETURN_IF_ERROR(LoadParts(tx, Depth::kProject, files));
  std::vector<Project> projects;
  for (auto& [id, file] : files) projects.push_back(std::move(file.project));
  return projects;
}

absl::Status SaveProjects(pg::Tx& tx, const std::vector<ProjectWrite>& writes) {
  std::vector<const Project*> added;
  std::vector<const Project*> changed;
  Replacement<Target> targets;
  Replacement<DocumentRef> documents;
  Replacement<WorkItem> work_items;
  Replacement<Milestone> milestones;
  for (const auto& [before, after] : writes) {
    const std::string& id = after->project.project_id;
    if (before == nullptr) {
      added.push_back(&after->project);
    } else if (!(before->project == after->project)) {
      changed.push_back(&after->project);
    }
    targets.Add(id, before == nullptr ? nullptr : &before->project.targets, after->project.targets);
    documents.Add(id, before == nullptr ? nullptr : &before->project.documents,
                  after->project.documents);
    work_items.Add(id, before == nullptr ? nullptr : &before->work_items, after->work_items);
    milestones.Add(id, before == nullptr ? nullptr : &before->milestones, after->milestones);
  }
  RETURN_IF_ERROR(SaveRows(tx, sql::kInsertProjects, added));
  RETURN_IF_ERROR(SaveRows(tx, sql::kUpdateProjects, changed));
  RETURN_IF_ERROR(SaveTargets(tx, targets));
  RETURN_IF_ERROR(SaveDocuments(tx, documents));
  RETURN_IF_ERROR(SaveWorkItems(tx, work_items));
  return SaveMilestones(tx, milestones);
}

absl::StatusOr<std::map<std::string, std::string>> FindLiveCodes(
    pg::Tx& tx, const std::set<std::string>& codes) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindLiveCodes,
                          pg::Args().Text(tx.tenant()).TextArray({codes.begin(), codes.end()})));
  std::map<std::string, std::string> found;
  for (const pg::Row row : rows) found[row.Text("code")] = row.Text("project_id");
  return found;
}

absl::StatusOr<std::set<std::string>> FindAncestors(pg::Tx& tx, const std::set<std::string>& ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindAncestors, ByIds(tx, {ids.begin(), ids.end()})));
  std::set<std::string> found;
  for (const pg::Row row : rows) found.insert(row.Text("project_id"));
  return found;
}

absl::StatusOr<Children> SumChildren(pg::Tx& tx, const std::string& parent_id,
                                     const std::string& except_id) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kSumChildren, pg::Args().Text(tx.tenant()).Text(parent_id).Text(except_id)));
  const pg::Row row = rows[0];
  return Children{.count = row.Int("children"),
                  .investment_minor = row.Int("investment_minor"),
                  .first_unit = row.Text("first_unit"),
                  .last_unit = row.Text("last_unit"),
                  .first_start = DateOrNull(row, "first_start"),
                  .last_end = DateOrNull(row, "last_end")};
}

absl::StatusOr<std::map<std::string, std::string>> ResolveUnits(
    pg::Tx& tx, std::string_view resource, const std::vector<std::string>& ids) {
  const pg::Query* query = resource == "project"        ? &sql::kResolveProjects
                           : resource == "contract"     ? &sql::kResolveContracts
                           : resource == "measurement"  ? &sql::kResolveMeasurements
                           : resource == "modification" ? &sql::kResolveModifications
                                                        : nullptr;
  if (query == nullptr) return absl::InternalError("unknown resource " + std::string(resource));
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(*query, ByIds(tx, ids)));
  std::map<std::string, std::string> units;
  for (const pg::Row row : rows) units[row.Text("id")] = row.Text("unit_path");
  return units;
}

}  // namespace fiscus::projects
