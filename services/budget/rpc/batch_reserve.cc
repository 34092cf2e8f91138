// BatchReserve: up to 1,000 reservations in one transaction, a result each.
#include <utility>
#include <vector>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "libs/rpc/status_codec.h"
#include "services/budget/rpc/parse_commands.h"
#include "services/budget/rpc/run.h"

namespace fiscus::budget {
namespace {

constexpr char kReserveMethod[] = "/fiscus.budget.v1.BudgetService/Reserve";

absl::StatusOr<Command> ParseItem(const v1::ReserveRequest& request) {
  rpc::Fields fields;
  fields.Uuid("request_id", request.request_id());
  RETURN_IF_ERROR(fields.status());
  return ParseCommand(request);
}

v1::ReserveResult ResultOf(absl::StatusOr<v1::LedgerResponse> response) {
  v1::ReserveResult result;
  *result.mutable_status() = rpc::ToItem(response.status(), kReasonDomain);
  if (response.ok()) *result.mutable_response() = ToReserveResponse(*std::move(response));
  return result;
}

}  // namespace

void BatchReserve(const Deps& deps, const Call& call, const v1::BatchReserveRequest& request,
                  rpc::Reply<v1::BatchReserveResponse> reply) {
  rpc::Fields fields;
  fields.BatchSize("requests", request.requests_size(), kBatchMax);
  if (!fields.ok()) {
    reply.Finish(fields.status());
    return;
  }
  // Malformed items are answered here; `places` are those of the others in the answer.
  v1::BatchReserveResponse response;
  std::vector<int> places;
  std::vector<bool> kept;  // not only asked
  Job job{.call = call};
  job.batch = RequestKey{call.request_id, call.method, call.request_digest};
  for (const v1::ReserveRequest& item : request.requests()) {
    absl::StatusOr<Command> command = ParseItem(item);
    if (!command.ok()) {
      *response.add_results() = ResultOf(command.status());
      continue;
    }
    response.add_results();
    places.push_back(response.results_size() - 1);
    kept.push_back(!item.validate_only());
    job.items.push_back({.command = *std::move(command),
                         .key = KeyOfItem(item.request_id(), kReserveMethod, item),
                         .dry_run = item.validate_only()});
  }
  job.done = [&units = deps.units, tenant = call.caller.tenant, places = std::move(places),
              kept = std::move(kept), response = std::move(response),
              reply = std::move(reply)](absl::StatusOr<std::vector<ItemAnswer>> answers) mutable {
    if (!answers.ok()) {
      reply.Finish(answers.status());
      return;
    }
    for (size_t i = 0; i < places.size(); ++i) {
      v1::ReserveResult& result = *response.mutable_results(places[i]);
      result = ResultOf(std::move((*answers)[i].response));
      if (result.has_response() && kept[i]) {
        units.Remember(tenant, "reservation", result.response().reservation().reservation_id(),
                       result.response().line().unit_path());
      }
    }
    reply.Finish(std::move(response));
  };
  deps.engine.Submit(std::move(job));
}

}  // namespace fiscus::budget
