// The list of services is explicit: a static library that nobody names is not linked, and its
// intents would be missing in silence. A test compares the result with the proto files.
#include <google/protobuf/descriptor.h>

#include "fiscus/alerting/v1/alerting_service.pb.h"
#include "fiscus/bank/v1/bank_adapter.pb.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "fiscus/monitor/v1/monitor_service.pb.h"
#include "fiscus/options/v1/options.pb.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "services/identity/policies/policies.h"

namespace fiscus::identity {
namespace {

void Collect(const google::protobuf::FileDescriptor& file, std::set<std::string>& intents) {
  for (int s = 0; s < file.service_count(); ++s) {
    for (int m = 0; m < file.service(s)->method_count(); ++m) {
      const auto& access = file.service(s)->method(m)->options().GetExtension(options::v1::access);
      if (!access.intent().empty()) intents.insert(access.intent());
    }
  }
}

}  // namespace

std::set<std::string> DeclaredIntents() {
  std::set<std::string> intents;
  for (const google::protobuf::Descriptor* message :
       {alerting::v1::GetAlertRequest::descriptor(), bank::v1::PullEventsRequest::descriptor(),
        budget::v1::GetLineRequest::descriptor(), v1::LoginRequest::descriptor(),
        monitor::v1::GetIndicatorsRequest::descriptor(),
        payments::v1::GetPaymentRequest::descriptor(),
        projects::v1::GetProjectRequest::descriptor()}) {
    Collect(*message->file(), intents);
  }
  return intents;
}

}  // namespace fiscus::identity
