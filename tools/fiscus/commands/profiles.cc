#include "tools/fiscus/commands/profiles.h"

#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/core/status.h"
#include "libs/tabular/plan.h"
#include "tools/fiscus/cli/files.h"

namespace fiscus::cli {
namespace {

constexpr char kExtension[] = ".textproto";

}  // namespace

std::vector<std::string> ProfileFolders(const Environment& environment) {
  std::vector<std::string> folders;
  if (std::string folder = environment.variable("FISCUS_PROFILES"); !folder.empty())
    folders.push_back(std::move(folder));
  const std::filesystem::path binaries = std::filesystem::path(environment.program).parent_path();
  folders.push_back((binaries.parent_path() / "share/fiscus/profiles").string());
  return folders;
}

std::vector<std::string> ProfileNames(const Environment& environment) {
  std::set<std::string> names;
  for (const std::string& folder : ProfileFolders(environment)) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() == kExtension) names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

absl::StatusOr<imports::v1::Profile> LoadProfile(const Environment& environment,
                                                 const std::string& name) {
  std::vector<std::string> paths = {name};
  if (name.find('/') == std::string::npos) {
    for (const std::string& folder : ProfileFolders(environment))
      paths.push_back(absl::StrCat(folder, "/", name, kExtension));
  }
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    return tabular::ParseProfile(text, path);
  }
  return absl::NotFoundError(
      absl::StrCat("there is no profile '", name, "'; looked for: ", absl::StrJoin(paths, ", ")));
}

}  // namespace fiscus::cli
