// proto ↔ domain, the only place.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fiscus/alerting/v1/alerting.pb.h"
#include "fiscus/monitor/v1/monitor.pb.h"
#include "services/alerting/domain/alert.h"
#include "services/alerting/store/alert_store.h"

namespace fiscus::alerting {

// The alert without its steps. `zone`: where a business day ends; `due_at` is the midnight after
// the due day there.
v1::Alert ToProto(const Alert& alert, absl::TimeZone zone);
void AddSteps(const std::vector<StoredStep>& steps, v1::Alert& alert);

// A warning as the monitor sent it. INVALID_ARGUMENT, naming the field, if it is not one: ids that
// are no UUIDs, no rule, no fingerprint, no unit, no date, an unknown severity.
absl::StatusOr<Warning> FromProto(const monitor::v1::Warning& warning);

}  // namespace fiscus::alerting
