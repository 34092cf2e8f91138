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

}  // namespace

const CommandTable& AllCommands() {
  static const CommandTable all = [] {
    LinkServices();
    CommandTable table;
    for (const auto part :
         {SessionCommands, ProjectCommands, BudgetCommands, PaymentCommands, AlertCommands,
          MonitorCommands, TotalsCommands, ImportCommands, IdentityCommands, LocalCommands}) {
      CommandTable commands = part();
      table.insert(table.end(), std::make_move_iterator(commands.begin()),
                   std::make_move_iterator(commands.end()));
    }
    return table;
  }();
  return all;
}

}  // namespace fiscus::cli
