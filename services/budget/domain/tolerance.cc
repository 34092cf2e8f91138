#include "services/budget/domain/tolerance.h"

#include <algorithm>

namespace fiscus::budget {

const ToleranceProfile& DefaultProfile() {
  static const ToleranceProfile profile{
      .name = std::string(kDefaultProfileName),
      .limits = {{ToleranceGroup::kCommit, 9'000, ToleranceAction::kWarn},
                 {ToleranceGroup::kCommit, 10'000, ToleranceAction::kBlock},
                 {ToleranceGroup::kPay, 7'000, ToleranceAction::kInfo},
                 {ToleranceGroup::kPay, 8'500, ToleranceAction::kWarn},
                 {ToleranceGroup::kPay, 10'000, ToleranceAction::kBlock}}};
  return profile;
}

std::vector<ToleranceNotice> LimitsPassed(const ToleranceProfile& profile, ToleranceGroup group,
                                          int64_t usage_bp) {
  std::vector<ToleranceNotice> passed;
  for (const ToleranceLimit& limit : profile.limits) {
    if (limit.group == group && usage_bp > limit.usage_bp) {
      passed.push_back({.limit = limit, .usage_bp = usage_bp});
    }
  }
  std::stable_sort(passed.begin(), passed.end(),
                   [](const ToleranceNotice& a, const ToleranceNotice& b) {
                     return a.limit.usage_bp < b.limit.usage_bp;
                   });
  return passed;
}

bool IsProfileName(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || name.size() > 40 || !lower(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace fiscus::budget
