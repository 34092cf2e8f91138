// Tolerance profiles of the availability control (AVC): at which usage a command is noted, warned
// about or blocked.
//
// Values only, thread-safe. Defaults after SAP's 70/85/100 for payments and 90/100 for contracts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::budget {

// Numbers as in the protos.
enum class ToleranceGroup { kCommit = 1, kPay = 2 };
enum class ToleranceAction { kInfo = 1, kWarn = 2, kBlock = 3 };

// One threshold: acts when usage is above `usage_bp` (basis points of authorised, 1..1,000,000).
struct ToleranceLimit {
  ToleranceGroup group = ToleranceGroup::kPay;
  int32_t usage_bp = 0;
  ToleranceAction action = ToleranceAction::kInfo;

  friend bool operator==(const ToleranceLimit&, const ToleranceLimit&) = default;
};
inline constexpr int32_t kUsageBpMax = 1'000'000;

// A named set of limits.
struct ToleranceProfile {
  std::string name;
  std::vector<ToleranceLimit> limits;

  friend bool operator==(const ToleranceProfile&, const ToleranceProfile&) = default;
};

inline constexpr std::string_view kDefaultProfileName = "default";
// What "default" means until the tenant defines it otherwise: COMMIT WARN 90 %, BLOCK 100 %; PAY
// INFO 70 %, WARN 85 %, BLOCK 100 %.
const ToleranceProfile& DefaultProfile();

// A threshold that a command passed without being refused.
struct ToleranceNotice {
  ToleranceLimit limit;
  int64_t usage_bp = 0;

  friend bool operator==(const ToleranceNotice&, const ToleranceNotice&) = default;
};

// The limits of `group` that a usage is above, lowest first.
std::vector<ToleranceNotice> LimitsPassed(const ToleranceProfile& profile, ToleranceGroup group,
                                          int64_t usage_bp);

// [a-z][a-z0-9_-]{0,39}
bool IsProfileName(std::string_view name);

}  // namespace fiscus::budget
