// fiscus totals …, fiscus watch …: what is the same for all nouns.
#include <google/protobuf/message.h>

#include <atomic>
#include <csignal>
#include <ostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

#include "fiscus/alerting/v1/alerting_service.pb.h"
#include "libs/core/status.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/cli/fields.h"
#include "tools/fiscus/cli/output.h"
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

const Flag kUnder = {"unit", "under_path", "only units at or below this path"};
const Flag kYear = {"year", "fiscal_year", "only this fiscal year"};

std::vector<Column> BudgetSums() {
  return {{"unit", "unit_path"},
          {"mode", "mode"},
          {"lines", "lines"},
          {"authorised", "balances.authorised"},
          {"encumbered", "balances.encumbered"},
          {"in transit", "balances.in_transit"},
          {"paid", "balances.paid"},
          {"refunded", "balances.refunded"},
          {"available", "balances.available"}};
}

std::vector<Column> PaymentSums() {
  return {{"unit", "unit_path"},
          {"payments", "payments"},
          {"in transit", "in_transit"},
          {"paid", "paid"},
          {"refunded", "refunded"}};
}

std::vector<Column> MonitorSums() {
  return {{"unit", "unit_path"},
          {"observed", "observed"},
          {"projects", "projects"},
          {"authorised", "authorised"},
          {"encumbered", "encumbered"},
          {"in transit", "in_transit"},
          {"paid", "paid"},
          {"refunded", "refunded"},
          {"cleared", "cleared"}};
}

// By unit (the table's rows) or in all.
Command Sums(std::string_view path, std::string_view method, std::string_view help, bool by_unit,
             std::vector<Flag> flags, std::vector<Column> columns) {
  return {.path = path,
          .help = help,
          .method = method,
          .flags = std::move(flags),
          .rows = by_unit ? "by_unit" : "in_all",
          .columns = std::move(columns),
          .id = "unit_path"};
}

std::atomic<bool> stop_watching{false};

constexpr int kReconnectsMax = 60;  // in a row, without a message between them
constexpr absl::Duration kReconnectPause = absl::Seconds(1);

// Waits a while, less if the person wants to stop.
void PauseBeforeReconnect() {
  const absl::Notification never;
  for (absl::Duration waited; waited < kReconnectPause && !stop_watching.load();
       waited += absl::Milliseconds(100)) {
    never.WaitForNotificationWithTimeout(absl::Milliseconds(100));
  }
}

// Whether a stream that ended so can be taken up again. Only what would end the next one as well
// cannot: what is wrong with the request, the rights or the login. A server that was killed shows
// as INTERNAL (its connection was reset), one that gave up on us as ABORTED or CANCELLED.
bool CanGoOn(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:  // the token was renewed already
    case absl::StatusCode::kUnimplemented:
      return false;
    default:
      return true;
  }
}

void PrintChange(const Context& context, const alerting::v1::AlertChange& change,
                 OutputFormat format) {
  if (format != OutputFormat::kTable && format != OutputFormat::kWide) {
    // A stream: one line of JSON a change, or one YAML document.
    const bool yaml = format == OutputFormat::kYaml;
    context.out() << (yaml ? "---\n" + MessageText(change, format) : ApiJson(change, false))
                  << std::flush;
    return;
  }
  std::string line;
  for (const char* field : {"raised_at", "severity", "rule_id", "state", "unit_path", "message"}) {
    line += (line.empty() ? "" : "  ") + FieldText(change.alert(), field, ValueStyle::kPeople);
  }
  context.out() << line << std::endl;
}

absl::Status Watch(Context& context, const Arguments& arguments) {
  int64_t left = -1;
  if (arguments.Has("count") && (!absl::SimpleAtoi(arguments.Get("count"), &left) || left <= 0)) {
    return absl::InvalidArgumentError("--count wants a number above 0");
  }
  ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(context.settings().Get("output")));
  alerting::v1::WatchAlertsRequest request;
  request.set_under_path(arguments.Get("unit"));
  request.set_resume_token(arguments.Get("resume"));
  alerting::v1::AlertChange change;
  int reconnects = 0;
  const auto take = [&] {
    request.set_resume_token(change.resume_token());
    reconnects = 0;
    if (!change.has_alert()) return absl::OkStatus();  // only where the stream begins
    PrintChange(context, change, format);
    if (!context.out().good()) return absl::DataLossError("the output could not be written");
    return --left == 0 ? absl::CancelledError("seen enough") : absl::OkStatus();
  };
  while (true) {
    const absl::Status status = context.Stream("fiscus.alerting.v1.AlertingService.WatchAlerts",
                                               request, change, stop_watching, take);
    if (left == 0) return absl::OkStatus();
    if (stop_watching.load()) return absl::CancelledError("stopped");
    if (!CanGoOn(status) || !context.out().good()) return status;
    if (++reconnects > kReconnectsMax)
      return status.ok() ? absl::UnavailableError("the server ended the stream") : status;
    PauseBeforeReconnect();
  }
}

ExitCode RunWatch(Context& context, const Arguments& arguments) {
  stop_watching = false;
  std::signal(SIGINT, [](int) { stop_watching = true; });
  std::signal(SIGTERM, [](int) { stop_watching = true; });
  const absl::Status status = Watch(context, arguments);
  if (status.ok()) return ExitCode::kOk;
  return absl::IsCancelled(status) ? ExitCode::kCancelled : context.Fail(status);
}

}  // namespace

CommandTable TotalsCommands() {
  constexpr std::string_view kBudget = "fiscus.budget.v1.BudgetService.GetTotals";
  constexpr std::string_view kPayments = "fiscus.payments.v1.PaymentsService.GetTotals";
  constexpr std::string_view kMonitor = "fiscus.monitor.v1.MonitorService.GetTotals";
  return {
      Sums("totals budget", kBudget, "Sums of the ledger over your scope, by currency and mode.",
           false, {kUnder, kYear}, BudgetSums()),
      Sums("totals budget-by-unit", kBudget, "Sums of the ledger by unit.", true, {kUnder, kYear},
           BudgetSums()),
      Sums("totals payments", kPayments, "Sums of the payments over your scope, by currency.",
           false, {kUnder, kYear}, PaymentSums()),
      Sums("totals payments-by-unit", kPayments, "Sums of the payments by unit.", true,
           {kUnder, kYear}, PaymentSums()),
      Sums("totals monitor", kMonitor, "Sums as the monitor saw them pass, by currency.", false,
           {kUnder}, MonitorSums()),
      Sums("totals monitor-by-unit", kMonitor, "Sums as the monitor saw them pass, by unit.", true,
           {kUnder}, MonitorSums()),
      {.path = "watch alerts",
       .help = "Alerts as they change, until interrupted.",
       .flags = {{"unit", "", "only units at or below this path"},
                 {"resume", "", "resume token of the last change seen"},
                 {"count", "", "end after this many changes"}},
       .run = RunWatch},
  };
}

}  // namespace fiscus::cli
