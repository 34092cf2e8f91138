#include "libs/runtime/call.h"

#include <algorithm>

#include "libs/core/text.h"
#include "libs/runtime/clock.h"

namespace fiscus {
namespace {

bool HasIntent(const Grant& grant, std::string_view intent) {
  return std::binary_search(grant.intents.begin(), grant.intents.end(), intent);
}

}  // namespace

bool Caller::Holds(std::string_view intent, std::string_view unit_path) const {
  return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
    return HasIntent(grant, intent) && IsWithin(unit_path, grant.unit_path);
  });
}

bool Caller::HoldsSomewhere(std::string_view intent) const {
  return std::any_of(grants.begin(), grants.end(),
                     [&](const Grant& grant) { return HasIntent(grant, intent); });
}

std::vector<std::string> Caller::ScopesFor(std::string_view intent) const {
  std::vector<std::string> paths;
  for (const Grant& grant : grants) {
    if (HasIntent(grant, intent)) paths.push_back(grant.unit_path);
  }
  std::sort(paths.begin(), paths.end());
  // Sorted, a path follows every path that covers it: keep those that the last kept one does not
  // cover.
  std::vector<std::string> widest;
  for (std::string& path : paths) {
    if (widest.empty() || !IsWithin(path, widest.back())) widest.push_back(std::move(path));
  }
  return widest;
}

Call SystemCall(std::string_view service, std::string_view tenant, absl::Time now,
                absl::Duration time_limit) {
  const std::string random = Hex(RandomBytes(24));
  return Call{.now = now,
              .deadline = now + time_limit,
              .caller = {.tenant = std::string(tenant),
                         .subject = std::string(service),
                         .service = std::string(service)},
              .method = "system/" + std::string(service),
              .traceparent = "00-" + random.substr(0, 32) + "-" + random.substr(32, 16) + "-01"};
}

}  // namespace fiscus
