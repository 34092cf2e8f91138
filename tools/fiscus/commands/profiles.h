// Finding import profiles: a file by its path, or a shipped one by its name.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "fiscus/imports/v1/profile.pb.h"
#include "tools/fiscus/cli/environment.h"

namespace fiscus::cli {

// Folders with shipped profiles, in order: $FISCUS_PROFILES, ../share/fiscus/profiles beside the
// program's folder.
std::vector<std::string> ProfileFolders(const Environment& environment);

// Names of the profiles in those folders, sorted.
std::vector<std::string> ProfileNames(const Environment& environment);

// `name`: a path, or the name of a shipped profile. NOT_FOUND lists the folders searched.
absl::StatusOr<imports::v1::Profile> LoadProfile(const Environment& environment,
                                                 const std::string& name);

}  // namespace fiscus::cli
