// BatchRecordObserved: dated operations that happened elsewhere, up to 1,000, in order, a result
// each.
#include <algorithm>
#include <utility>
#include <vector>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/rpc/parse.h"
#include "libs/rpc/status_codec.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {
namespace {

// The method in the request records of single operations; no RPC has it.
constexpr char kItemMethod[] = "/fiscus.budget.v1.BudgetService/BatchRecordObserved#operation";

v1::ObservedResult ResultOf(const ItemAnswer& answer) {
  v1::ObservedResult result;
  *result.mutable_status() = rpc::ToItem(answer.response.status(), kReasonDomain);
  result.set_replayed(answer.replayed && answer.response.ok());
  if (answer.response.ok()) {
    const auto& entries = answer.response->entries();
    result.set_overspends(std::any_of(entries.begin(), entries.end(),
                                      [](const auto& entry) { return entry.overspends(); }));
  }
  return result;
}

}  // namespace

void BatchRecordObserved(const Deps& deps, const Call& call,
                         const v1::BatchRecordObservedRequest& request,
                         rpc::Reply<v1::BatchRecordObservedResponse> reply) {
  rpc::Fields fields;
  fields.BatchSize("operations", request.operations_size(), kBatchMax);
  if (!fields.ok()) {
    reply.Finish(fields.status());
    return;
  }
  v1::BatchRecordObservedResponse response;
  std::vector<int> places;
  Job job{.call = call};
  if (!request.validate_only()) {
    job.batch = RequestKey{call.request_id, call.method, call.request_digest};
  }
  job.rehearsal = request.validate_only();
  for (const v1::ObservedOperation& operation : request.operations()) {
    absl::StatusOr<Command> command = ParseCommand(operation);
    if (!command.ok()) {
      *response.add_results() = ResultOf({.response = command.status()});
      continue;
    }
    response.add_results();
    places.push_back(response.results_size() - 1);
    job.items.push_back({.command = *std::move(command),
                         .key = KeyOfItem(operation.request_id(), kItemMethod, operation)});
  }
  job.done = [places = std::move(places), response = std::move(response),
              reply = std::move(reply)](absl::StatusOr<std::vector<ItemAnswer>> answers) mutable {
    if (!answers.ok()) {
      reply.Finish(answers.status());
      return;
    }
    for (size_t i = 0; i < places.size(); ++i) {
      *response.mutable_results(places[i]) = ResultOf((*answers)[i]);
    }
    reply.Finish(std::move(response));
  };
  deps.engine.Submit(std::move(job));
}

}  // namespace fiscus::budget
