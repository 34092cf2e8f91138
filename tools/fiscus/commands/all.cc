#include "tools/fiscus/commands/all.h"

#include <google/protobuf/message.h>

#include <array>
#include <iterator>

#include "fiscus/alerting/v1/alerting_service.pb.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "fiscus/monitor/v1/monitor_service.pb.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"

namespace fiscus::cli {
namespace {

// Commands name RPCs as text. Naming a message of each service file here keeps the linker from
// leaving its descriptors out.
void LinkServices() {
  static const std::array<const google::protobuf::Descriptor*, 6> descriptors = {
      alerting::v1::ListAlertsRequest::descriptor(),
      budget::v1::ListLinesRequest::descriptor(),
      identity::v1::LoginRequest::descriptor(),
      monitor::v1::ListRulesRequest::descriptor(),
      payments::v1::ListPaymentsRequest::descriptor(),
      projects::v1::ListProjectsRequest::descriptor()};
  static_cast<void>(descriptors);
}

// What the nouns are; entries without an RPC and without a function of their own are groups.
CommandTable Groups() {
  return {
      {.path = "projects", .help = "Projects: life cycle, work items, measurements."},
      {.path = "contracts", .help = "Contracts of projects."},
      {.path = "budget", .help = "Budget lines and their journal."},
      {.path = "pay", .help = "Payment requests."},
      {.path = "approve", .help = "Approvals and orders of payments."},
      {.path = "alerts", .help = "Alerts and their rectification."},
      {.path = "monitor", .help = "Indicators and rules of the monitor."},
      {.path = "totals",
       .help = "Sums of ledger, payments and monitor; they agree to the minor unit."},
      {.path = "watch", .help = "Live streams."},
      {.path = "units", .help = "The unit tree."},
      {.path = "users", .help = "Users and their grants."},
      {.path = "roles", .help = "Roles: named sets of intents."},
      {.path = "tenants", .help = "Tenants of the installation, for its operator."},
      {.path = "calendar", .help = "Holidays and worked weekends of the tenant."},
      {.path = "config", .help = "The configuration file."},
  };
}

}  // namespace

const CommandTable& AllCommands() {
  static const CommandTable all = [] {
    LinkServices();
    CommandTable table;
    for (const auto part : {SessionCommands, Groups, ProjectCommands, BudgetCommands,
                            PaymentCommands, AlertCommands, MonitorCommands, TotalsCommands,
                            ImportCommands, IdentityCommands, DoctorCommands, LocalCommands}) {
      CommandTable commands = part();
      table.insert(table.end(), std::make_move_iterator(commands.begin()),
                   std::make_move_iterator(commands.end()));
    }
    return table;
  }();
  return all;
}

}  // namespace fiscus::cli
