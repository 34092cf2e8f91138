// What a command works with: settings, the printer, and the API as the logged-in user.
#pragma once

#include <google/protobuf/message.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "tools/fiscus/cli/channel.h"
#include "tools/fiscus/cli/command.h"
#include "tools/fiscus/cli/environment.h"
#include "tools/fiscus/cli/settings.h"
#include "tools/fiscus/cli/tokens.h"

namespace fiscus::cli {

// Not thread-safe.
class Context {
 public:
  Context(const Environment& environment, Settings settings, const CommandTable& table);

  const Environment& environment() const { return environment_; }
  const Settings& settings() const { return settings_; }
  const CommandTable& table() const { return table_; }
  TokenStore& tokens() { return tokens_; }
  std::ostream& out() const { return environment_.out; }
  std::ostream& err() const { return environment_.err; }

  // One RPC by its full name, e.g. "fiscus.budget.v1.BudgetService.GetLine", with the token renewed
  // where needed. A call that was refused for its token is repeated once with a new one; safe, as
  // writes carry request ids.
  absl::Status Call(std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response);

  // An RPC that needs no token.
  absl::Status CallPublic(std::string_view method, const google::protobuf::Message& request,
                          google::protobuf::Message& response);

  // Fetches a token with the rights that the caller has by now, e.g. after a password that had to
  // be changed.
  absl::Status RenewToken();

  // See Channel::server_time.
  std::optional<absl::Time> server_time() const;

  // A server stream; see Channel::Stream. Refused for its token it is opened once more with a new
  // one; `take` may change the request, so that it goes on where it was.
  absl::Status Stream(std::string_view method, const google::protobuf::Message& request,
                      google::protobuf::Message& response, const std::atomic<bool>& stop,
                      absl::FunctionRef<absl::Status()> take);

  // Prints an error as the output format wants it and gives its exit code.
  ExitCode Fail(const absl::Status& status) const;

 private:
  absl::StatusOr<Channel*> Connected();
  absl::StatusOr<std::string> Token(const std::string& dead);

  const Environment& environment_;
  const Settings settings_;
  const CommandTable& table_;
  TokenStore tokens_;
  std::unique_ptr<Channel> channel_;
};

// "/fiscus.budget.v1.BudgetService/GetLine" of the full name.
std::string WirePath(std::string_view method);

}  // namespace fiscus::cli
