#include "services/identity/store/login_failures.h"

#include "libs/core/status.h"
#include "services/identity/store/queries.h"

namespace fiscus::identity {
namespace {

std::map<std::string, LoginFailures> ToCounters(const pg::Rows& rows) {
  std::map<std::string, LoginFailures> counters;
  for (const pg::Row row : rows) {
    LoginFailures counter = {.failures = static_cast<int>(row.Int("failures")),
                             .locks = static_cast<int>(row.Int("locks")),
                             .last_failure_at = row.Time("last_failure_at"),
                             .locked_until = absl::InfinitePast()};
    if (!row.IsNull("locked_until")) counter.locked_until = row.Time("locked_until");
    counters[row.Text("subject")] = counter;
  }
  return counters;
}

}  // namespace

std::string AccountSubject(std::string_view username) { return "user/" + std::string(username); }

absl::StatusOr<std::map<std::string, LoginFailures>> LoadLoginFailures(
    pg::Tx& tx, const std::vector<std::string>& subjects) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadLoginFailures,
                                               pg::Args().Text(tx.tenant()).TextArray(subjects)));
  return ToCounters(rows);
}

absl::StatusOr<std::map<std::string, LoginFailures>> CountLoginFailure(
    pg::Tx& tx, const std::map<std::string, ThrottlePolicy>& policies, absl::Time now) {
  std::vector<std::string> subjects;
  for (const auto& [subject, policy] : policies) subjects.push_back(subject);
  RETURN_IF_ERROR(
      tx.Run(sql::kAddLoginFailures, pg::Args().Text(tx.tenant()).TextArray(subjects).Time(now))
          .status());
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLockLoginFailures,
                                               pg::Args().Text(tx.tenant()).TextArray(subjects)));
  std::map<std::string, LoginFailures> counters = ToCounters(rows);
  for (auto& [subject, counter] : counters) {
    const ThrottlePolicy& policy = policies.at(subject);
    counter = AfterFailure(counter, policy, now);
    const auto locked_until = counter.locked_until == absl::InfinitePast()
                                  ? std::nullopt
                                  : std::optional<absl::Time>(counter.locked_until);
    RETURN_IF_ERROR(tx.RunExactly(1, sql::kSaveLoginFailure,
                                  pg::Args()
                                      .Text(tx.tenant())
                                      .Text(subject)
                                      .Int(counter.failures)
                                      .Int(counter.locks)
                                      .Time(counter.last_failure_at)
                                      .TimeOrNull(locked_until)
                                      .Time(ForgottenAt(counter, policy))));
  }
  return counters;
}

absl::Status ForgetLoginFailures(pg::Tx& tx, std::string_view subject) {
  return tx.Run(sql::kDeleteLoginFailure, pg::Args().Text(tx.tenant()).Text(subject)).status();
}

}  // namespace fiscus::identity
