#include "services/budget/rpc/run.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <utility>
#include <vector>

#include "libs/core/text.h"

namespace fiscus::budget {

void RunCommand(const Deps& deps, const Call& call, absl::StatusOr<Command> command, bool dry_run,
                CommandDone done) {
  if (!command.ok()) {
    done(command.status());
    return;
  }
  Job job{.call = call};
  job.items.push_back({.command = *std::move(command),
                       .key = {call.request_id, call.method, call.request_digest},
                       .dry_run = dry_run});
  job.done = [done = std::move(done)](absl::StatusOr<std::vector<ItemAnswer>> answers) mutable {
    if (answers.ok()) {
      done(std::move((*answers)[0].response));
    } else {
      done(answers.status());
    }
  };
  deps.engine.Submit(std::move(job));
}

void RunCommand(const Deps& deps, const Call& call, absl::StatusOr<Command> command, bool dry_run,
                rpc::Reply<v1::LedgerResponse> reply) {
  RunCommand(
      deps, call, std::move(command), dry_run,
      CommandDone([reply = std::move(reply)](absl::StatusOr<v1::LedgerResponse> response) mutable {
        reply.Finish(std::move(response));
      }));
}

RequestKey KeyOfItem(const std::string& request_id, const std::string& method,
                     const google::protobuf::Message& item) {
  std::string bytes = method;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    item.SerializeToCodedStream(&coded);
  }
  return {.request_id = request_id, .method = method, .digest = Sha256(bytes)};
}

v1::ReserveResponse ToReserveResponse(v1::LedgerResponse response) {
  v1::ReserveResponse reserve;
  reserve.mutable_reservation()->Swap(response.mutable_reservation());
  reserve.mutable_line()->Swap(response.mutable_line());
  reserve.mutable_notices()->Swap(response.mutable_notices());
  return reserve;
}

}  // namespace fiscus::budget
