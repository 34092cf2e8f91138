// fiscus login, logout, password, tenants …, whoami.
#include <termios.h>
#include <unistd.h>

#include <istream>
#include <ostream>
#include <string>

#include "fiscus/identity/v1/identity_service.pb.h"
#include "libs/core/status.h"
#include "libs/runtime/clock.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/cli/output.h"
#include "tools/fiscus/cli/rpc_command.h"
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

// From standard input if `from_stdin`, else the variable or the terminal; never from a flag, which
// every process could read.
absl::StatusOr<std::string> AskSecret(Context& context, const char* prompt, const char* variable,
                                      bool from_stdin) {
  std::string secret = context.environment().variable(variable);
  if (!from_stdin && !secret.empty()) return secret;
  if (!from_stdin) context.err() << prompt << ": " << std::flush;
  {
    const SilentTerminal silent;
    std::getline(context.environment().in, secret);
  }
  if (!from_stdin) context.err() << "\n";
  if (secret.empty()) return absl::CancelledError(std::string(prompt) + ": nothing was given");
  return secret;
}

bool FromStdin(const Arguments& arguments) { return arguments.Has("password-stdin"); }

absl::Status Login(Context& context, const Arguments& arguments) {
  identity::v1::LoginRequest request;
  request.set_tenant(context.settings().Get("tenant"));
  request.set_username(arguments.Has("USERNAME") ? arguments.Get("USERNAME")
                                                 : context.settings().Get("username"));
  if (request.tenant().empty() || request.username().empty()) {
    return absl::InvalidArgumentError(
        "login wants --tenant and a user name (or a context that names them)");
  }
  ASSIGN_OR_RETURN(*request.mutable_password(),
                   AskSecret(context, "Password", "FISCUS_PASSWORD", FromStdin(arguments)));
  identity::v1::TokenResponse response;
  RETURN_IF_ERROR(context.CallPublic(FISCUS_RPC("Login"), request, response));
  const Tokens tokens = {
      response.access_token(), response.refresh_token(),
      context.environment().clock.Now() + absl::Seconds(response.expires_in_s())};
  RETURN_IF_ERROR(context.tokens().Save(tokens));
  context.err() << "logged in as " << request.username() << " of " << request.tenant() << "\n";
  if (response.must_change_password()) {
    context.err() << "somebody else chose this password: nothing is allowed until you have changed "
                     "it with `fiscus password`\n";
  }
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

absl::Status ChangePassword(Context& context, const Arguments& arguments) {
  const bool from_stdin = FromStdin(arguments);
  identity::v1::ChangePasswordRequest request;
  ASSIGN_OR_RETURN(*request.mutable_current_password(),
                   AskSecret(context, "Present password", "FISCUS_PASSWORD", from_stdin));
  ASSIGN_OR_RETURN(*request.mutable_new_password(),
                   AskSecret(context, "New password", "FISCUS_NEW_PASSWORD", from_stdin));
  identity::v1::ChangePasswordResponse response;
  RETURN_IF_ERROR(context.Call(FISCUS_RPC("ChangePassword"), request, response));
  context.err() << "the password was changed; all other sessions have ended\n";
  return context.RenewToken();  // one that had to be changed was good for nothing else
}

std::string RequestId(const Arguments& arguments) {
  return arguments.Has("request-id") ? arguments.Get("request-id") : NewUuid();
}

// Before there is a tenant nobody can log in: the operator's secret allows it.
absl::Status CreateTenant(Context& context, const Arguments& arguments) {
  const bool from_stdin = FromStdin(arguments);
  identity::v1::CreateTenantRequest request;
  request.set_tenant(arguments.Get("TENANT"));
  request.set_display_name(arguments.Get("name"));
  request.set_root_unit_code(arguments.Get("root-code"));
  request.set_root_unit_name(arguments.Get("root-name"));
  request.set_admin_username(arguments.Get("admin"));
  request.set_keep_admin_password(arguments.Has("keep-password"));
  request.set_request_id(RequestId(arguments));
  ASSIGN_OR_RETURN(*request.mutable_operator_secret(),
                   AskSecret(context, "Operator's secret", "FISCUS_OPERATOR_SECRET", from_stdin));
  ASSIGN_OR_RETURN(*request.mutable_admin_password(),
                   AskSecret(context, "Administrator's password", "FISCUS_PASSWORD", from_stdin));
  ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(context.settings().Get("output")));
  PrintRequestId(context, request.request_id());
  identity::v1::CreateTenantResponse response;
  RETURN_IF_ERROR(context.CallPublic(FISCUS_RPC("CreateTenant"), request, response));
  const Command shape = {.columns = {{"tenant", "tenant"},
                                     {"root unit", "root_unit.path"},
                                     {"administrator", "admin.username"}},
                         .id = "tenant"};
  ASSIGN_OR_RETURN(const std::string text,
                   Render(shape, response, format, context.settings().Get("columns")));
  context.out() << text;
  return absl::OkStatus();
}

absl::Status SetTenantDisabled(Context& context, const Arguments& arguments, bool disabled) {
  identity::v1::SetTenantDisabledRequest request;
  request.set_tenant(arguments.Get("TENANT"));
  request.set_disabled(disabled);
  request.set_request_id(RequestId(arguments));
  ASSIGN_OR_RETURN(*request.mutable_operator_secret(),
                   AskSecret(context, "Operator's secret", "FISCUS_OPERATOR_SECRET",
                             arguments.Has("secret-stdin")));
  PrintRequestId(context, request.request_id());
  identity::v1::SetTenantDisabledResponse response;
  RETURN_IF_ERROR(context.CallPublic(FISCUS_RPC("SetTenantDisabled"), request, response));
  context.err() << request.tenant()
                << (response.disabled() ? ": nobody of it may log in, all sessions have ended\n"
                                        : ": its people may log in\n");
  return absl::OkStatus();
}

ExitCode RunDisableTenant(Context& context, const Arguments& arguments) {
  const absl::Status status = SetTenantDisabled(context, arguments, true);
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

ExitCode RunEnableTenant(Context& context, const Arguments& arguments) {
  const absl::Status status = SetTenantDisabled(context, arguments, false);
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

ExitCode RunChangePassword(Context& context, const Arguments& arguments) {
  const absl::Status status = ChangePassword(context, arguments);
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

ExitCode RunCreateTenant(Context& context, const Arguments& arguments) {
  const absl::Status status = CreateTenant(context, arguments);
  return status.ok() ? ExitCode::kOk : context.Fail(status);
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
  const std::vector<Flag> tenant_flags = {
      {"TENANT", "", "slug", true, true},
      {"request-id", "", "id of the write (UUID); repeating it repeats the answer"},
      {"secret-stdin", "", "read the operator's secret from standard input", false, false,
       FlagKind::kPlain, true}};
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
      {.path = "password",
       .help = "Changes your password; all other sessions end.",
       .flags = {{"password-stdin", "",
                  "read the present password and then the new one from standard input, a line each",
                  false, false, FlagKind::kPlain, true}},
       .run = RunChangePassword},
      {.path = "tenants create",
       .help =
           "Makes a tenant with its root unit and first administrator, by the operator's secret "
           "($FISCUS_OPERATOR_SECRET, or asked for).",
       .flags = {{"TENANT", "", "slug: a-z 0-9 -", true, true},
                 {"name", "", "name for people", false, true},
                 {"root-code", "", "code of the root unit, e.g. 330000", false, true},
                 {"root-name", "", "name of the root unit", false, true},
                 {"admin", "", "user name of the first administrator", false, true},
                 {"keep-password", "", "the administrator need not change it at the first login",
                  false, false, FlagKind::kPlain, true},
                 {"request-id", "", "id of the write (UUID); repeating it repeats the answer"},
                 {"password-stdin", "",
                  "read the operator's secret and then the administrator's password from standard "
                  "input, a line each",
                  false, false, FlagKind::kPlain, true}},
       .run = RunCreateTenant},
      {.path = "tenants disable",
       .help = "Shuts a tenant: nobody of it may log in. By the operator's secret.",
       .flags = tenant_flags,
       .run = RunDisableTenant},
      {.path = "tenants enable",
       .help = "Opens a tenant that was shut. By the operator's secret.",
       .flags = tenant_flags,
       .run = RunEnableTenant},
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
