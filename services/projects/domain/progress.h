// Physical progress: computed from certified quantities and values, never typed. Integers only,
// products through 128 bits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

// value × certified ÷ quantity of one item, minor units, rounded down: it is the whole value only
// when all is certified, and a sum of certified values never exceeds the sum of the values. `item`
// has value > 0, quantity > 0 and 0 ≤ certified ≤ quantity.
int64_t CertifiedValueOf(const WorkItem& item);

// Σ certified value ÷ Σ value over the items, basis points, rounded down: 10,000 only when every
// item is complete, 0 when there is none. Never falls while no certified quantity falls.
int32_t PhysicalBp(std::span<const WorkItem> items);

// Σ certified value of the items of one contract, minor units.
int64_t CertifiedValueOf(std::span<const WorkItem> items, std::string_view contract_id);

// Certified values of the contracts that the items with these ids belong to; by contract id.
std::vector<CertifiedValue> CertifiedValues(std::span<const WorkItem> items,
                                            std::span<const MeasuredQuantity> measured);

// True if the sum of the values fits into int64 (checked when work items are set).
bool ValuesFit(std::span<const WorkItem> items);

}  // namespace fiscus::projects
