#include "services/monitor/rpc/reads.h"

#include <algorithm>
#include <utility>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/codec/state_codec.h"
#include "services/monitor/engine/project_cache.h"

namespace fiscus::monitor {
namespace {

constexpr int64_t kElsewhereRetryMs = 1000;

absl::Status Elsewhere() {
  return WithRetryAfter(Refuse(absl::StatusCode::kUnavailable, "PARTITIONS_ELSEWHERE",
                               "other instances hold some partitions, or they are being opened"),
                        kElsewhereRetryMs);
}

// Appends the projects of one partition, at most `count`.
absl::Status ScanProjects(const PartitionStore& store, const RuleSet& rules,
                          std::string_view tenant, const std::vector<std::string>& scopes,
                          std::string_view after, size_t count, std::vector<ProjectState>& found) {
  const std::string prefix = TenantPrefix(tenant);
  // Behind every record of `after`: ids hold no byte below '!'.
  const std::string from = after.empty() ? prefix : prefix + std::string(after) + '\x01';
  ProjectState project;
  size_t taken = 0;
  absl::Status status;
  const auto take = [&] {
    if (project.project_id.empty() || !InScope(project.unit_path, scopes)) return;
    Derive(project);
    found.push_back(std::move(project));
    ++taken;
  };
  RETURN_IF_ERROR(store.Scan(prefix, from, [&](std::string_view key, std::string_view value) {
    const ProjectOfKey parts = SplitProjectKey(key);
    if (parts.project != project.key) {
      take();
      if (taken == count) return false;
      project = {};
      project.tenant = tenant;
      project.key = parts.project;
    }
    status = DecodeInto(key, parts.rest, value, rules, project);
    return status.ok();
  }));
  RETURN_IF_ERROR(status);
  if (taken < count) take();
  return absl::OkStatus();
}

}  // namespace

absl::Status NeedAllPartitions(const Deps& deps) {
  return deps.engine.HoldsAll() ? absl::OkStatus() : Elsewhere();
}

absl::StatusOr<ProjectState> FindProject(const Deps& deps, std::string_view tenant,
                                         std::string_view project_id) {
  ProjectState project;
  absl::Status status;
  bool found = false;
  deps.engine.Visit([&](const Engine::Held& held) {
    if (held.view.store == nullptr) return true;
    ProjectState here;
    const absl::StatusOr<bool> loaded =
        LoadProject(*held.view.store, deps.engine.rules(), tenant, project_id, here);
    status = loaded.status();
    // A line of that id without a project is no project.
    if (loaded.ok() && *loaded && !here.project_id.empty()) {
      project = std::move(here);
      found = true;
    }
    return status.ok() && !found;
  });
  RETURN_IF_ERROR(status);
  if (found) return project;
  RETURN_IF_ERROR(NeedAllPartitions(deps));
  return Refuse(absl::StatusCode::kNotFound, "PROJECT_NOT_MONITORED",
                "no event of this project has arrived", {{"project_id", std::string(project_id)}});
}

absl::StatusOr<std::vector<ProjectState>> ListProjects(const Deps& deps, std::string_view tenant,
                                                       const std::vector<std::string>& scopes,
                                                       std::string_view after, size_t count) {
  RETURN_IF_ERROR(NeedAllPartitions(deps));
  std::vector<ProjectState> found;
  absl::Status status;
  deps.engine.Visit([&](const Engine::Held& held) {
    if (held.view.store == nullptr) {
      status = Elsewhere();
      return false;
    }
    status =
        ScanProjects(*held.view.store, deps.engine.rules(), tenant, scopes, after, count, found);
    return status.ok();
  });
  RETURN_IF_ERROR(status);
  std::sort(found.begin(), found.end(),
            [](const ProjectState& a, const ProjectState& b) { return a.key < b.key; });
  if (found.size() > count) found.resize(count);
  return found;
}

std::vector<std::string> ScopesUnder(const Call& call, const std::string& under_path) {
  std::vector<std::string> held = call.caller.ScopesFor(call.intent);
  if (under_path.empty()) return held;
  std::vector<std::string> scopes;
  for (std::string& scope : held) {
    if (IsWithin(under_path, scope)) return {under_path};
    if (IsWithin(scope, under_path)) scopes.push_back(std::move(scope));
  }
  return scopes;
}

bool InScope(std::string_view unit_path, const std::vector<std::string>& scopes) {
  return std::any_of(scopes.begin(), scopes.end(),
                     [&](const std::string& scope) { return IsWithin(unit_path, scope); });
}

std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfProjects(const Deps& deps) {
  return [&deps](const Call& call, std::string_view resource,
                 const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
    if (resource != "project")
      return absl::InternalError("unknown kind of resource: " + std::string(resource));
    std::vector<std::string> paths;
    for (const std::string& id : ids) {
      ASSIGN_OR_RETURN(const ProjectState project, FindProject(deps, call.caller.tenant, id));
      paths.push_back(project.unit_path);
    }
    return paths;
  };
}

}  // namespace fiscus::monitor
