// What every change of alerts leaves behind, in its transaction: an AlertStateChanged in the outbox
// (aggregate alerts/<id>, key project id) and an entry in the log of changes that streams are fed
// from.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "libs/runtime/call.h"
#include "services/alerting/domain/alert.h"

namespace fiscus::alerting {

// Publishes saved changes, in order; those without steps are none. A change that only moved
// severity, condition or escalation level is published too, with `from` equal to the state. Takes
// the log's lock: call it last.
absl::Status Publish(pg::Tx& tx, const Call& call, std::span<const Change> changes,
                     absl::TimeZone zone);

}  // namespace fiscus::alerting
