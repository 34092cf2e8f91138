// BatchRecordObserved: dated operations that happened elsewhere, up to 1,000, in order, a result
// each; those of a group all or none.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/text.h"
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

// One past the last operation of the group that begins at `first`.
int GroupEnd(const v1::BatchRecordObservedRequest& request, int first) {
  const std::string& group = request.operations(first).group();
  int end = first + 1;
  if (group.empty()) return end;
  while (end < request.operations_size() && request.operations(end).group() == group) ++end;
  return end;
}

// What the engine gets and where its answers belong; operations that it does not get are answered.
struct Sorted {
  v1::BatchRecordObservedResponse response;
  std::vector<int> places;
  std::vector<JobItem> items;
};

// Adds the operations first..end−1, a group or a single one.
void AddGroup(const v1::BatchRecordObservedRequest& request, int first, int end, Sorted& sorted) {
  v1::BatchRecordObservedRequest group;
  std::vector<absl::StatusOr<Command>> commands;
  std::optional<Refusal> neighbours;  // what the others say of the first malformed one
  for (int i = first; i < end; ++i) {
    const v1::ObservedOperation& operation = *group.add_operations() = request.operations(i);
    commands.push_back(ParseCommand(operation));
    v1::ObservedResult& result = *sorted.response.add_results();
    if (commands.back().ok()) continue;
    result = ResultOf({.response = commands.back().status()});
    if (!neighbours.has_value()) neighbours = GroupRefused(i - first, result.status().reason());
  }
  for (int i = first; i < end; ++i) {
    absl::StatusOr<Command>& command = commands[i - first];
    if (neighbours.has_value()) {
      if (command.ok()) {
        *sorted.response.mutable_results(i) = ResultOf({.response = ToStatus(*neighbours)});
      }
      continue;
    }
    const v1::ObservedOperation& operation = request.operations(i);
    sorted.places.push_back(i);
    sorted.items.push_back({.command = *std::move(command),
                            .key = KeyOfItem(operation.request_id(), kItemMethod, operation),
                            .bundle = operation.group()});
    if (operation.group().empty()) continue;
    // A group is one request: each member's digest covers all of them and its place.
    sorted.items.back().key.digest =
        Sha256(KeyOfItem("", kItemMethod, group).digest + "#" + std::to_string(i - first));
  }
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
  Job job{.call = call};
  if (!request.validate_only()) {
    job.batch = RequestKey{call.request_id, call.method, call.request_digest};
  }
  job.rehearsal = request.validate_only();
  Sorted sorted;
  for (int first = 0; first < request.operations_size();) {
    const int end = GroupEnd(request, first);
    AddGroup(request, first, end, sorted);
    first = end;
  }
  job.items = std::move(sorted.items);
  job.done = [places = std::move(sorted.places), response = std::move(sorted.response),
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
