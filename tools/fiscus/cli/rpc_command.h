// Runs a table entry that is an RPC: builds the request from flags, calls, pages, prints.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "tools/fiscus/cli/command.h"
#include "tools/fiscus/cli/context.h"

namespace fiscus::cli {

// What the RPC's descriptor says about a command.
struct RpcTraits {
  const google::protobuf::MethodDescriptor* method = nullptr;
  bool write = false;    // the request has a request_id
  bool dry_run = false;  // the request has validate_only
  bool paged = false;    // the request has a page_token
  std::string intent;    // what the caller must hold
};
// The method must be linked in (see protos.cc); null `method` otherwise.
RpcTraits TraitsOf(const Command& command);

// A new message of the method's request or answer.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type);

// The request: --json first, then presets, flags and --set. Ids and dates that were not given are
// filled in.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildRequest(Context& context,
                                                                        const Command& command,
                                                                        const Arguments& arguments);

ExitCode RunRpc(Context& context, const Command& command, const Arguments& arguments);

// The id of a project given by code or id. NOT_FOUND names the code.
absl::StatusOr<std::string> ResolveProject(Context& context, const std::string& text);

// Prints the request id of a write, before it is sent: what is known can be repeated safely.
void PrintRequestId(const Context& context, const std::string& request_id);

}  // namespace fiscus::cli
