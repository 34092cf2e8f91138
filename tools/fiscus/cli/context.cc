#include "tools/fiscus/cli/context.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "fiscus/identity/v1/identity_service.pb.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "tools/fiscus/cli/errors.h"
#include "tools/fiscus/cli/files.h"

namespace fiscus::cli {
namespace {

using google::protobuf::Message;

// ResolveSettings has checked that it is a number.
absl::Duration TimeoutOf(const Settings& settings) {
  int seconds = 0;
  static_cast<void>(absl::SimpleAtoi(settings.Get("timeout"), &seconds));
  return absl::Seconds(seconds);
}

}  // namespace

std::string WirePath(std::string_view method) {
  std::string path = absl::StrCat("/", ToAbsl(method));
  path[path.rfind('.')] = '/';
  return path;
}

Context::Context(const Environment& environment, Settings settings, const CommandTable& table)
    : environment_(environment),
      settings_(std::move(settings)),
      table_(table),
      tokens_(StateFolder(environment), settings_.Get("address"), settings_.Get("tenant"),
              environment.clock) {}

absl::StatusOr<Channel*> Context::Connected() {
  if (channel_ == nullptr) {
    ChannelOptions options{.address = settings_.Get("address"),
                           .server_name = settings_.Get("server-name")};
    if (const std::string& ca = settings_.Get("ca"); !ca.empty()) {
      ASSIGN_OR_RETURN(options.ca_pem, ReadFile(ca));
    }
    channel_ = std::make_unique<Channel>(options);
  }
  return channel_.get();
}

absl::StatusOr<std::string> Context::Token(const std::string& dead) {
  const auto refresh = [this](const std::string& refresh_token) -> absl::StatusOr<Tokens> {
    identity::v1::RefreshTokenRequest request;
    request.set_tenant(settings_.Get("tenant"));
    request.set_refresh_token(refresh_token);
    identity::v1::TokenResponse response;
    RETURN_IF_ERROR(
        CallPublic("fiscus.identity.v1.IdentityService.RefreshToken", request, response));
    return Tokens{response.access_token(), response.refresh_token(),
                  environment_.clock.Now() + absl::Seconds(response.expires_in_s())};
  };
  ASSIGN_OR_RETURN(const Tokens tokens, tokens_.Fresh(dead, refresh));
  return tokens.access;
}

absl::Status Context::Call(std::string_view method, const Message& request, Message& response) {
  ASSIGN_OR_RETURN(Channel * channel, Connected());
  ASSIGN_OR_RETURN(std::string token, Token(""));
  absl::Status status =
      channel->Call(WirePath(method), token, TimeoutOf(settings_), request, response);
  if (!absl::IsUnauthenticated(status)) return status;
  ASSIGN_OR_RETURN(token, Token(token));
  return channel->Call(WirePath(method), token, TimeoutOf(settings_), request, response);
}

absl::Status Context::CallPublic(std::string_view method, const Message& request,
                                 Message& response) {
  ASSIGN_OR_RETURN(Channel * channel, Connected());
  return channel->Call(WirePath(method), "", TimeoutOf(settings_), request, response);
}

absl::Status Context::RenewToken() {
  ASSIGN_OR_RETURN(const std::string token, Token(""));
  return Token(token).status();
}

std::optional<absl::Time> Context::server_time() const {
  return channel_ == nullptr ? std::nullopt : channel_->server_time();
}

absl::Status Context::Stream(std::string_view method, const Message& request, Message& response,
                             const std::atomic<bool>& stop,
                             absl::FunctionRef<absl::Status()> take) {
  ASSIGN_OR_RETURN(Channel * channel, Connected());
  ASSIGN_OR_RETURN(std::string token, Token(""));
  const absl::Status status =
      channel->Stream(WirePath(method), token, request, response, stop, take);
  if (!absl::IsUnauthenticated(status)) return status;
  ASSIGN_OR_RETURN(token, Token(token));
  return channel->Stream(WirePath(method), token, request, response, stop, take);
}

ExitCode Context::Fail(const absl::Status& status) const {
  const bool json = settings_.Get("output").starts_with("json");
  err() << (json ? ErrorJson(status) : ErrorText(status));
  return ExitCodeOf(status.code());
}

}  // namespace fiscus::cli
