#include "services/budget/ledger/expiry.h"

#include <future>
#include <utility>
#include <vector>

#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/core/text.h"

namespace fiscus::budget {
namespace {

constexpr absl::Duration kTimeLimit = absl::Seconds(10);

}  // namespace

absl::Status ExpireReservation(LedgerEngine& engine, const Clock& clock, const pg::Timer& timer) {
  Call call = SystemCall("budget", timer.tenant, clock.Now(), kTimeLimit);
  call.method = "system/budget.expire";
  call.request_id = NamedUuid("fiscus/budget/expiries", timer.subject);
  call.request_digest = Sha256(timer.subject);
  JobItem item{.command = {.kind = CommandKind::kExpire, .reservation_id = timer.subject},
               .key = {call.request_id, call.method, call.request_digest}};
  auto answered = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> answer = answered->get_future();
  Job job{.call = std::move(call)};
  job.items.push_back(std::move(item));
  job.done = [answered](absl::StatusOr<std::vector<ItemAnswer>> answers) {
    answered->set_value(answers.ok() ? (*answers)[0].response.status() : answers.status());
  };
  engine.Submit(std::move(job));
  const absl::Status status = answer.get();
  // A refusal by the ledger is an answer; only what is not decided is tried again.
  const auto refusal = RefusalOf(status);
  return refusal.has_value() && refusal->domain == kReasonDomain ? absl::OkStatus() : status;
}

}  // namespace fiscus::budget
