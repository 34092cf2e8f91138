#include "services/budget/store/profile_store.h"

#include <algorithm>
#include <utility>

#include "libs/core/status.h"
#include "services/budget/store/queries.h"

namespace fiscus::budget::store {
namespace {

std::vector<ToleranceProfile> ProfilesOf(const pg::Rows& rows) {
  std::vector<ToleranceProfile> profiles;
  for (const pg::Row row : rows) {
    std::string name = row.Text("name");
    if (profiles.empty() || profiles.back().name != name) {
      profiles.push_back({.name = std::move(name), .limits = {}});
    }
    if (row.IsNull("action")) continue;
    profiles.back().limits.push_back({.group = static_cast<ToleranceGroup>(row.Int("limit_group")),
                                      .usage_bp = static_cast<int32_t>(row.Int("usage_bp")),
                                      .action = static_cast<ToleranceAction>(row.Int("action"))});
  }
  return profiles;
}

}  // namespace

absl::StatusOr<std::vector<ToleranceProfile>> FindProfiles(pg::Tx& tx,
                                                           const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadProfiles, pg::Args().Text(tx.tenant()).TextArray(names)));
  return ProfilesOf(rows);
}

absl::StatusOr<std::vector<ToleranceProfile>> ListProfiles(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kListProfiles, pg::Args().Text(tx.tenant())));
  std::vector<ToleranceProfile> profiles = ProfilesOf(rows);
  const auto by_name = [](const ToleranceProfile& a, const ToleranceProfile& b) {
    return a.name < b.name;
  };
  const auto place = std::lower_bound(profiles.begin(), profiles.end(), DefaultProfile(), by_name);
  if (place == profiles.end() || place->name != kDefaultProfileName) {
    profiles.insert(place, DefaultProfile());
  }
  return profiles;
}

absl::Status SaveProfile(pg::Tx& tx, const ToleranceProfile& profile) {
  const auto head = [&] { return pg::Args().Text(tx.tenant()).Text(profile.name); };
  RETURN_IF_ERROR(tx.Run(sql::kSaveProfile, head()).status());
  RETURN_IF_ERROR(tx.Run(sql::kDeleteLimits, head()).status());
  std::vector<int64_t> groups, usages, actions;
  for (const ToleranceLimit& limit : profile.limits) {
    groups.push_back(static_cast<int64_t>(limit.group));
    usages.push_back(limit.usage_bp);
    actions.push_back(static_cast<int64_t>(limit.action));
  }
  return tx.Run(sql::kInsertLimits, head().IntArray(groups).IntArray(usages).IntArray(actions))
      .status();
}

}  // namespace fiscus::budget::store
