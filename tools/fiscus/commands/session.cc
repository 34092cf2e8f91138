// fiscus login, logout, whoami.
#include <termios.h>
#include <unistd.h>

#include <istream>
#include <ostream>
#include <string>

#include "fiscus/identity/v1/identity_service.pb.h"
#include "libs/core/status.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

#define FISCUS_RPC(name) "fiscus.identity.v1.IdentityService." name

// Keeps what is typed off the screen while it lives.
class SilentTerminal {
 public:
  SilentTerminal() {
    active_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!active_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
  bool active_ = false;
};

// From --password-stdin, $FISCUS_PASSWORD or the terminal; never from a flag, which every process
// could read.
absl::StatusOr<std::string> AskPassword(Context& context, const Arguments& arguments) {
  std::string password = context.environment().variable("FISCUS_PASSWORD");
  const bool from_stdin = arguments.Has("password-stdin");
  if (!from_stdin && !password.empty()) return password;
  if (!from_stdin) context.err() << "Password: " << std::flush;
  {
    const SilentTerminal silent;
    std::getline(context.environment().in, password);
  }
  if (!from_stdin) context.err() << "\n";
  if (password.empty()) return absl::CancelledError("no password was given");
  return password;
}

absl::Status Login(Context& context, const Arguments& arguments) {
  identity::v1::LoginRequest request;
  request.set_tenant(context.settings().Get("tenant"));
  request.set_username(arguments.Has("USERNAME") ? arguments.Get("USERNAME")
                                                 : context.settings().Get("username"));
  if (request.tenant().empty() || request.username().empty()) {
    return absl::InvalidArgumentError(
        "login wants --tenant and a user name (or a context that names them)");
  }
  ASSIGN_OR_RETURN(*request.mutable_password(), AskPassword(context, arguments));
  identity::v1::TokenResponse response;
  RETURN_IF_ERROR(context.CallPublic(FISCUS_RPC("Login"), request, response));
  const Tokens tokens = {
      response.access_token(), response.refresh_token(),
      context.environment().clock.Now() + absl::Seconds(response.expires_in_s())};
  RETURN_IF_ERROR(context.tokens().Save(tokens));
  context.err() << "logged in as " << request.username() << " of " << request.tenant() << "\n";
  return absl::OkStatus();
}

absl::Status Logout(Context& context, const Arguments& arguments) {
  identity::v1::LogoutRequest request;
  request.set_all_sessions(arguments.Has("all"));
  identity::v1::LogoutResponse response;
  const absl::Status status = context.Call(FISCUS_RPC("Logout"), request, response);
  RETURN_IF_ERROR(context.tokens().Clear());
  // A session that the server does not know any more is as good as ended.
  return absl::IsUnauthenticated(status) ? absl::OkStatus() : status;
}

ExitCode RunLogin(Context& context, const Arguments& arguments) {
  const absl::Status status = Login(context, arguments);
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

ExitCode RunLogout(Context& context, const Arguments& arguments) {
  const absl::Status status = Logout(context, arguments);
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

}  // namespace

CommandTable SessionCommands() {
  return {
      {.path = "login",
       .help =
           "Logs in; the token stays in a file that only you can read, and is renewed by itself.",
       .flags = {{"USERNAME", "", "user name; default: the context's", true},
                 {"password-stdin", "", "read the password from standard input", false, false,
                  FlagKind::kPlain, true}},
       .run = RunLogin},
      {.path = "logout",
       .help = "Ends the session.",
       .flags = {{"all", "", "all sessions of the user", false, false, FlagKind::kPlain, true}},
       .run = RunLogout},
      {.path = "whoami",
       .help = "Who the server takes you for, and what you may do where.",
       .method = FISCUS_RPC("WhoAmI"),
       .columns = {{"username", "user.username"},
                   {"name", "user.display_name"},
                   {"tenant", "tenant"},
                   {"unit", "user.unit_path"},
                   {"grants", "grants"}},
       .id = "user.user_id"},
  };
}

}  // namespace fiscus::cli
