#include "services/identity/rpc/login_throttle.h"

#include <algorithm>

#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "services/identity/domain/reasons.h"

namespace fiscus::identity {
namespace {

std::string BoardName(const LoginName& name, std::string_view subject) {
  return name.tenant + "/" + std::string(subject);
}

absl::Status Locked(absl::Duration wait) {
  const int64_t wait_ms = std::max<int64_t>(absl::ToInt64Milliseconds(wait), 1);
  return WithRetryAfter(Refuse(absl::StatusCode::kResourceExhausted, reason::kAccountLocked,
                               "too many failed logins; try again later",
                               {{"retry_after_ms", std::to_string(wait_ms)}}),
                        wait_ms);
}

}  // namespace

absl::Status CheckBoard(const Deps& deps, const LoginName& name) {
  for (const std::string& subject : name.Subjects()) {
    const auto wait = deps.locks.Remaining(BoardName(name, subject));
    if (wait.has_value()) return Locked(*wait);
  }
  return absl::OkStatus();
}

absl::Status CheckCounters(const Deps& deps, const LoginName& name,
                           const std::map<std::string, LoginFailures>& counters, absl::Time now) {
  for (const auto& [subject, counter] : counters) {
    const auto wait = WaitFor(counter, now);
    if (!wait.has_value()) continue;
    deps.locks.Lock(BoardName(name, subject), *wait);
    return Locked(*wait);
  }
  return absl::OkStatus();
}

absl::Status CountFailure(const Deps& deps, const Call& call, const LoginName& name) {
  const std::map<std::string, ThrottlePolicy> policies = {
      {AccountSubject(name.username), deps.settings.account_throttle},
      {std::string(kTenantSubject), deps.settings.tenant_throttle}};
  std::map<std::string, LoginFailures> counters;
  RETURN_IF_ERROR(deps.database.Write(name.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(counters, CountLoginFailure(tx, policies, call.now));
    return absl::OkStatus();
  }));
  for (const auto& [subject, counter] : counters) {
    const auto wait = WaitFor(counter, call.now);
    if (!wait.has_value()) continue;
    deps.locks.Lock(BoardName(name, subject), *wait);
    log::Warning("logins locked", {{"tenant", name.tenant},
                                   {"scope", subject == kTenantSubject ? "tenant" : "account"},
                                   {"seconds", absl::ToInt64Seconds(*wait)}});
  }
  return absl::OkStatus();
}

}  // namespace fiscus::identity
