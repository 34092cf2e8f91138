// What AnswerAlert and SuperviseAlert have in common.
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "fiscus/alerting/v1/alerting_service.pb.h"
#include "libs/runtime/call.h"
#include "services/alerting/deps.h"

namespace fiscus::alerting {

// Runs a command if it is one of `allowed`: parse → load and lock → decide → save and publish.
// Answers the alert without its steps. Refuses: FIELD_INVALID, then the reasons of Apply in
// alert.h.
absl::StatusOr<v1::Alert> RunCommand(const Deps& deps, const Call& call,
                                     const v1::AlertCommandRequest& request,
                                     std::span<const v1::AlertCommand> allowed);

}  // namespace fiscus::alerting
