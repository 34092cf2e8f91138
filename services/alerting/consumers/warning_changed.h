// fiscus.monitor.v1.WarningChanged → alerts.
#pragma once

#include "absl/status/status.h"
#include "libs/events/consumer.h"
#include "services/alerting/deps.h"

namespace fiscus::alerting {

// Takes one warning in, in the consumer's transaction: the alert with its steps, the warning as
// evidence, the audit record, event and log entry. Repeats and gaps of the sequence were dealt with
// by libs/events; a warning id has its effect once, whatever aggregate and sequence it comes with.
// Limits count from the warning's business date, at most from the day on which its cause was
// recorded or the open day, whichever is later. INVALID_ARGUMENT for what is no warning: it goes to
// the dead letters.
absl::Status OnWarningChanged(const Deps& deps, pg::Tx& tx, const events::Record& record);

}  // namespace fiscus::alerting
