// Adds units for CreateUnit and BatchCreateUnits.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "services/identity/domain/unit_tree.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {

// The unit that a request asks for, or which of its fields are malformed.
absl::StatusOr<Unit> ParseUnit(const v1::CreateUnitRequest& request);

// One result per unit, in order; ABORTED (try again) if another transaction added one of them
// meanwhile.
absl::StatusOr<std::vector<absl::Status>> AddUnits(pg::Tx& tx, const std::vector<Unit>& units,
                                                   absl::Time now);

}  // namespace fiscus::identity
