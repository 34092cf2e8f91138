// fiscus doctor: whether the way to the services is free, from here on, each step with what to do.
#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/core/text.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/cli/files.h"
#include "tools/fiscus/cli/rpc_command.h"
#include "tools/fiscus/cli/table.h"
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

// Tokens and certificates are judged by time; further apart, good ones are refused.
constexpr absl::Duration kClockDifferenceMax = absl::Seconds(30);

struct Finding {
  std::string_view check;
  bool good = false;
  std::string what;
  std::string_view fix;
};

// A read of each service that everybody may ask for.
struct Probe {
  std::string_view service;
  std::string_view method;
};
constexpr std::array<Probe, 6> kProbes = {
    {{"identity", "fiscus.identity.v1.IdentityService.WhoAmI"},
     {"projects", "fiscus.projects.v1.ProjectsService.ListProjects"},
     {"budget", "fiscus.budget.v1.BudgetService.ListLines"},
     {"payments", "fiscus.payments.v1.PaymentsService.ListPayments"},
     {"alerting", "fiscus.alerting.v1.AlertingService.ListAlerts"},
     {"monitor", "fiscus.monitor.v1.MonitorService.ListRules"}}};

absl::Status Ask(Context& context, std::string_view method, bool with_token) {
  const auto* descriptor = TraitsOf({.method = method}).method;
  const auto request = NewMessage(descriptor->input_type());
  const auto answer = NewMessage(descriptor->output_type());
  return with_token ? context.Call(method, *request, *answer)
                    : context.CallPublic(method, *request, *answer);
}

Finding CheckAuthority(const Context& context) {
  const std::string& ca = context.settings().Get("ca");
  const std::string_view fix =
      "set ca to the PEM file of the authority that signed the gateway's certificate";
  if (ca.empty()) return {"authority", true, "the system's", fix};
  const auto pem = ReadFile(ca);
  if (!pem.ok()) return {"authority", false, std::string(pem.status().message()), fix};
  const bool certificate = pem->find("-----BEGIN CERTIFICATE-----") != std::string::npos;
  return {"authority", certificate,
          certificate ? ca : absl::StrCat(ca, " holds no certificate in PEM"), fix};
}

// An answer of any kind but these came from behind the gateway.
bool Reached(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status) &&
         !absl::IsUnknown(status);
}

Finding CheckGateway(Context& context) {
  const absl::Status status =
      Ask(context, "fiscus.identity.v1.IdentityService.GetJwks", /*with_token=*/false);
  const std::string& address = context.settings().Get("address");
  return {"gateway", Reached(status),
          Reached(status) ? address : absl::StrCat(address, ": ", status.message()),
          "check address, ca and server-name (fiscus config view --origin), and that the gateway "
          "runs"};
}

Finding CheckClock(const Context& context) {
  const auto server = context.server_time();
  const std::string_view fix = "set this machine's clock (NTP): tokens are judged by time";
  if (!server.has_value()) return {"clock", false, "the gateway told no time", fix};
  const absl::Duration ahead = context.environment().clock.Now() - *server;
  // The gateway's time is cut to the second.
  return {"clock", absl::AbsDuration(ahead) <= kClockDifferenceMax,
          absl::StrCat("differs from the gateway's by ", absl::ToInt64Seconds(ahead), " s"), fix};
}

Finding CheckLogin(Context& context) {
  const auto tokens = context.tokens().Load();
  const absl::Status status = tokens.ok() ? Ask(context, kProbes[0].method, true) : tokens.status();
  return {"login", status.ok(),
          status.ok() ? absl::StrCat("at tenant ", context.settings().Get("tenant"))
                      : std::string(status.message()),
          "run `fiscus login`"};
}

Finding CheckService(Context& context, const Probe& probe) {
  const absl::Status status = Ask(context, probe.method, /*with_token=*/true);
  return {probe.service, Reached(status),
          Reached(status) ? "answers" : std::string(status.message()),
          "ask the operator: the service is down, or its database is"};
}

// Each check rests on those before it.
std::vector<Finding> Examine(Context& context) {
  std::vector<Finding> findings = {CheckAuthority(context)};
  if (!findings.back().good) return findings;
  findings.push_back(CheckGateway(context));
  if (!findings.back().good) return findings;
  findings.push_back(CheckClock(context));
  findings.push_back(CheckLogin(context));
  if (!findings.back().good) return findings;
  for (const Probe& probe : kProbes) findings.push_back(CheckService(context, probe));
  return findings;
}

ExitCode Doctor(Context& context, const Arguments&) {
  const std::vector<Finding> findings = Examine(context);
  std::vector<std::vector<std::string>> rows;
  for (const Finding& finding : findings) {
    rows.push_back({std::string(finding.check), finding.good ? "ok" : "FAILS", finding.what,
                    finding.good ? "" : std::string(finding.fix)});
  }
  context.out() << RenderTable({{"check"}, {"result"}, {"what"}, {"what to do"}}, rows);
  const bool good = std::all_of(findings.begin(), findings.end(),
                                [](const Finding& finding) { return finding.good; });
  return good ? ExitCode::kOk : ExitCode::kFailure;
}

}  // namespace

CommandTable DoctorCommands() {
  return {
      {.path = "doctor",
       .help = "Checks the way to the services: authority, gateway, clock, login, each service.",
       .run = Doctor}};
}

}  // namespace fiscus::cli
