// Projects in PostgreSQL. Functions of an open transaction; whoever changes a project has locked
// it.
//
// Lock order in this service: parent project → project → contract. Batches lock in the order of
// ids. A row that somebody else inserted meanwhile is ABORTED: Transact runs the body again, which
// then finds it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/projects/domain/family.h"
#include "services/projects/domain/project.h"

namespace fiscus::projects {

// Whole projects by id; ids that are not there are left out.
using ProjectFiles = std::map<std::string, ProjectFile>;

// What is read of a project.
enum class Depth {
  kProject,  // with targets and documents
  kFile,     // with work items and milestones too
};

// Locks nothing.
absl::StatusOr<ProjectFiles> LoadProjects(pg::Tx& tx, const std::vector<std::string>& ids,
                                          Depth depth);
// Row locks until commit, in the order of ids.
absl::StatusOr<ProjectFiles> LockProjects(pg::Tx& tx, const std::vector<std::string>& ids,
                                          Depth depth);
// One of them; PROJECT_NOT_FOUND.
absl::StatusOr<ProjectFile> LoadProject(pg::Tx& tx, const std::string& id, Depth depth);
absl::StatusOr<ProjectFile> LockProject(pg::Tx& tx, const std::string& id, Depth depth);

// A page of projects in scope.
struct ProjectFilter {
  std::vector<std::string> scopes;  // unit paths; "/" = everything
  std::string under_path;
  ProjectState state = ProjectState::kUnspecified;  // unspecified: all
  std::string parent_project_id;
  std::string code;
  std::string after_id;
  int limit = 0;
};
absl::StatusOr<std::vector<Project>> ListProjects(pg::Tx& tx, const ProjectFilter& filter);

// A project as it is (`before` null: new) and as it shall be.
struct ProjectWrite {
  const ProjectFile* before = nullptr;
  const ProjectFile* after = nullptr;
};
// Writes what differs, of all of them together. ABORTED if a new one exists by now, by id or live
// code.
absl::Status SaveProjects(pg::Tx& tx, const std::vector<ProjectWrite>& writes);

// Project ids of the live projects that have these codes (P1); by code.
absl::StatusOr<std::map<std::string, std::string>> FindLiveCodes(
    pg::Tx& tx, const std::set<std::string>& codes);

// These projects, their parents, the parents' parents and so on. Locks nothing.
absl::StatusOr<std::set<std::string>> FindAncestors(pg::Tx& tx, const std::set<std::string>& ids);

// The children of a project without one; the parent is locked.
absl::StatusOr<Children> SumChildren(pg::Tx& tx, const std::string& parent_id,
                                     const std::string& except_id);

// Unit paths by id of "project", "contract", "measurement" or "modification"; ids that are not
// there are left out.
absl::StatusOr<std::map<std::string, std::string>> ResolveUnits(
    pg::Tx& tx, std::string_view resource, const std::vector<std::string>& ids);

}  // namespace fiscus::projects
