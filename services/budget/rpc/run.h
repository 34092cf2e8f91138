// From a parsed command to the engine and back: the part that all handlers of ledger writes share.
// Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "libs/rpc/reply.h"
#include "libs/runtime/call.h"
#include "services/budget/deps.h"

namespace fiscus::budget {

// Called once with the answer of a single command, on the engine's thread (or at once, if it cannot
// be queued).
using CommandDone = absl::AnyInvocable<void(absl::StatusOr<v1::LedgerResponse>)>;

// Hands one command to the engine under the call's own request id.
void RunCommand(const Deps& deps, const Call& call, absl::StatusOr<Command> command, bool dry_run,
                CommandDone done);
// The same with a LedgerResponse as the RPC's answer.
void RunCommand(const Deps& deps, const Call& call, absl::StatusOr<Command> command, bool dry_run,
                rpc::Reply<v1::LedgerResponse> reply);

// The request of one item of a batch, as the single RPC would know it: the same id in both is the
// same request.
RequestKey KeyOfItem(const std::string& request_id, const std::string& method,
                     const google::protobuf::Message& item);

// The answer of Reserve, of an accepted reservation.
v1::ReserveResponse ToReserveResponse(v1::LedgerResponse response);

}  // namespace fiscus::budget
